import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { noteStart } from '../stall';
import { type CheckResult, matches } from './health-state';
import type { HealthCheckSettings, TargetAddress } from './state';

/**
 * Asks a target once, over a connection of its own, as Elastic Load Balancing does. Never rejects.
 *
 * @returns undefined when this process stood still meanwhile: it cannot tell
 */
export function checkHealth(
  target: TargetAddress,
  settings: HealthCheckSettings,
  sourceAddress: string | undefined,
): Promise<CheckResult | undefined> {
  const port = settings.port === 'traffic-port' ? target.port : Number(settings.port);
  const stoodStill = noteStart(settings.timeoutSeconds);
  const send = settings.protocol === 'HTTPS' ? requestTls : requestPlain;
  return new Promise((resolve) => {
    const failed = (reason: string, description: string) =>
      resolve(stoodStill() ? undefined : { passed: false, reason, description });
    const request = send({
      host: target.address,
      port,
      path: settings.path,
      localAddress: sourceAddress,
      agent: false,
      // Targets behind an Application Load Balancer may show any certificate.
      rejectUnauthorized: false,
      headers: {
        Host: `${target.address}:${port}`,
        'User-Agent': 'ELB-HealthChecker/2.0',
        Connection: 'close',
      },
      signal: AbortSignal.timeout(settings.timeoutSeconds * 1000),
    });
    request.once('response', (response) => {
      const status = response.statusCode ?? 0;
      response.destroy();
      if (matches(settings.matcher, status)) resolve({ passed: true });
      else failed('Target.ResponseCodeMismatch', `Health checks failed with these codes: [${status}]`);
    });
    request.on('error', (error) =>
      error.name === 'AbortError' || error.name === 'TimeoutError'
        ? failed('Target.Timeout', 'Request timed out')
        : failed('Target.FailedHealthChecks', 'Health checks failed'),
    );
    request.end();
  });
}

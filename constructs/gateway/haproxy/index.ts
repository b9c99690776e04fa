/** The default data plane: HAProxy. Directives are those that 2.6 and 3.x read alike. */
import { Problems } from '../../problems';
import type { DataPlane } from '../model';
import { judged } from '../plane';
import { consumersText, parseConsumersText } from './callers/consumers';
import { issuersOf, keepHoursOf, keyTies } from './callers/issuers';
import { limits } from './check';
import { configuration, contextOf, files } from './configuration';
import { configurationFile, environmentOf, sizeProblems, variableOf } from './container/container';
import { drain } from './container/drain';
import { watchTimes } from './container/helper-watch';
import { startSeconds } from './container/start';
import { handOver, startScript } from './container/start-script';
import { metrics } from './frame/metrics';
import { consumersVariable, healthPath, ports } from './parts/ports';

export const haproxy: DataPlane = judged({
  name: 'haproxy',
  ports,
  healthPath,
  metrics,
  limits,

  render(model, member) {
    const context = contextOf(model, member);
    const contents = { [configurationFile]: configuration(context), ...files(context) };
    const environment = environmentOf(contents);
    const { graceSeconds, hardStopSeconds, stopTimeoutSeconds } = drain(model);
    const script = startScript({
      configuration: configurationFile,
      files: Object.fromEntries(Object.keys(contents).map((name) => [name, variableOf(name)])),
      graceSeconds,
      hardStopSeconds,
      issuers: issuersOf(model).map(({ id }) => id),
      model,
      watch: watchTimes(member, context.others, keepHoursOf(model)),
    });
    const command = [handOver, script];
    const ties = keyTies(context);
    const tooLarge = sizeProblems(
      Object.assign({}, environment, ...(ties.sidecars ?? []).map((sidecar) => sidecar.environment)),
      command,
    );
    if (tooLarge.length > 0) throw new Problems(tooLarge);
    return {
      // Not any shell: only bash speaks TCP by itself.
      entryPoint: ['/bin/bash', '-c'],
      command,
      environment,
      consumersVariable,
      startSeconds: startSeconds(issuersOf(model).length > 0),
      stopTimeoutSeconds,
      ...ties,
    };
  },

  consumersText,
  parseConsumersText,
});

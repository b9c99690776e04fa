/** What holds from the first stage on. */
import { type Claim, expectThat } from './claim';

const reachable: Claim = {
  id: 'reachable',
  title: 'Each task of each API answers directly',
  stages: ['api'],
  async check(context) {
    const seen: string[] = [];
    for (const endpoint of context.endpoints) {
      expectThat(endpoint.urls.length > 0, `${endpoint.name} has no running task`);
      for (const url of endpoint.urls) {
        const answer = await context.http.ask(url, { headers: endpoint.api.headers });
        expectThat(answer.status < 500, `${url} answered ${answer.status}`);
      }
      seen.push(`${endpoint.name}: ${endpoint.urls.length}`);
    }
    return `${seen.join(', ')} answered`;
  },
};

const healthy: Claim = {
  id: 'healthy',
  title: 'Each task answers its health check',
  stages: ['api'],
  async check(context) {
    let checked = 0;
    for (const endpoint of context.endpoints) {
      for (const url of endpoint.urls) {
        const answer = await context.http.ask(new URL(endpoint.api.health.path, url).href);
        expectThat(
          answer.status === Number(endpoint.api.health.status.slice(0, 3)),
          `${url} answered ${answer.status}`,
        );
        checked++;
      }
    }
    return `${checked} tasks healthy`;
  },
};

export const apiClaims: readonly Claim[] = [reachable, healthy];

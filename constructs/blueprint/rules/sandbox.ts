/** What of `sandbox` speaks of nothing in the file. */
import { nearest } from '../reading/suggest';
import { list, type Rule } from './rule';

export const standInsApis: Rule = function* ({ sandbox, apis }) {
  for (const api of Object.keys(sandbox.apis)) {
    if (Object.hasOwn(apis, api)) continue;
    const near = nearest(api, Object.keys(apis));
    yield {
      code: 'API_UNKNOWN',
      path: ['sandbox', 'apis', api],
      where: 'key',
      message: `There is no API \`${api}\`.`,
      allowed: list(Object.keys(apis)) || 'none',
      fix: near ? `Write \`${near}\`.` : 'Choose one of these, or add the API.',
    };
  }
};

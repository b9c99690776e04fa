/** The default data plane: HAProxy. Directives are those that 2.6 and 3.x read alike. */
import { Problems } from '../../problems';
import type { DataPlane } from '../model';
import { modelProblems } from './check';
import { configuration, files } from './configuration';
import { consumersText, parseConsumersText } from './consumers';
import { configurationFile, environmentOf, sizeProblems, startScript } from './container';
import { drain } from './drain';
import { metrics } from './metrics';
import { consumersVariable, healthPath, ports } from './ports';

export const haproxy: DataPlane = {
  name: 'haproxy',
  ports,
  healthPath,
  metrics,

  render(model, member) {
    const problems = modelProblems(model);
    if (problems.length > 0) throw new Problems(problems);
    const others = model.members.filter(({ name }) => name !== member.name);
    const context = { model, member, others };
    const contents = { [configurationFile]: configuration(context), ...files(context) };
    const environment = environmentOf(contents);
    const script = startScript(Object.keys(contents));
    const tooLarge = sizeProblems(environment, script);
    if (tooLarge.length > 0) throw new Problems(tooLarge);
    return {
      entryPoint: ['/bin/sh', '-c'],
      command: [script],
      environment,
      consumersVariable,
      stopTimeoutSeconds: drain(model).stopTimeoutSeconds,
    };
  },

  consumersText,
  parseConsumersText,
};

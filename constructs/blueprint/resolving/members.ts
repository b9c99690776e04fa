/** Which gateways there are. */
import { memberId } from '../names';
import type { Environment } from '../schema';
import { tasksIn } from './network';

export interface Member {
  readonly id: string;
  readonly zone: string;
}

/** The members as written, or one in each of the first two zones. The same in all stages. */
export function membersOf(environment: Environment): Member[] {
  const { members } = environment.gateway;
  if (members) return members.map(({ name, zone }) => ({ id: memberId(name), zone }));
  const { zones } = tasksIn({ ...environment, stage: 'gateway' });
  return zones.slice(0, 2).map((zone, index) => ({ id: memberId('ab'.charAt(index)), zone }));
}

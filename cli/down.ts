/** `stagecraft down`: stops the sandbox and removes its state. */
import { stopDaemon } from '../sandbox/client';
import type { Project } from '../stacks/project';
import type { Output } from './output';

export async function down(project: Project, output: Output): Promise<void> {
  const stopped = await stopDaemon(project.sandbox);
  output.document({ stopped });
  output.line(stopped ? 'The sandbox is stopped and its state removed.' : 'No sandbox was running here.');
}

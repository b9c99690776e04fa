/** A deploy's threads: one that crashes, and a process that ends while one runs. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Cloud, template } from './cloudformation-kit';
import { createCluster, createNetwork, registerTask } from './emulator-kit';

it('an emulator that is told to stop does, though a deploy waits for a service', async () => {
  const cloud = await Cloud.start();
  await createCluster(cloud.aws);
  const { subnets } = await createNetwork(cloud.aws);
  const TaskDefinition = await registerTask(cloud.aws);
  const waiting = { ServiceName: 'waiting', Cluster: 'main', TaskDefinition, LaunchType: 'FARGATE' };
  await cloud.begin(
    'waiting',
    template({
      Service: {
        Type: 'AWS::ECS::Service',
        Properties: { ...waiting, NetworkConfiguration: { AwsvpcConfiguration: { Subnets: subnets } } },
      },
    }),
  );
  const status = await Promise.race([cloud.primary('waiting').then(() => 'waits'), cloud.settled('waiting')]);
  expect(status).toBe('waits');
  await cloud.stop();
  expect(await cloud.aws.emulator.exited).toBe('the emulator ended with exit code 0');
});

/** Makes one step of the engine crash, deploys a stack of inert resources, and prints its statuses. */
const CRASHING = `
os.environ["MOTO_PORT"] = "1"
from cloudformation import service
from cloudformation.deployment import Deployment
from cloudformation.handlers import Inert
from cloudformation.records import Wish
from cloudformation.template import Template

def crash(*_):
    raise AssertionError("a mistake in the engine")

class Failing(Inert):
    def create(self, request, properties):
        raise ValueError("not made")

def settle(stack):
    deadline = time.monotonic() + 10
    while stack.busy and time.monotonic() < deadline:
        time.sleep(0.01)
    return stack

stacks = service.stacks_of("123456789012", "eu-central-1")
def deploy(name, resources, is_new=True):
    template = stacks.parse('{"Resources": {%s}}' % resources)
    change_set, stack = stacks.create_change_set(name, "c" + str(len(resources)), is_new, Wish(template, {}, {}))
    stacks.execute(stack, change_set)
    return settle(stack)

metadata = '"%s": {"Type": "AWS::CDK::Metadata"}'
`;

async function python(script: string): Promise<string[]> {
  const emulator = join(__dirname, '../../sandbox/emulator');
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  const { stdout } = await promisify(execFile)(
    'python3',
    ['-c', `import os, sys, time\nsys.path.insert(0, sys.argv[1])\n${script}`, emulator],
    { env },
  );
  return stdout.trim().split('\n');
}

it('a deploy that crashes ends as failed, with the reason', async () => {
  const said = 'Internal failure: AssertionError: a mistake in the engine';
  const statuses = await python(`${CRASHING}
from cloudformation import deployment
tell = lambda stack: print(stack.status, "|", stack.status_reason)
apply, remove_unused = Deployment.apply, Deployment.remove_unused
stack = deploy("a", metadata % "A")
Deployment.remove_unused = crash
tell(deploy("a", metadata % "AB", is_new=False))
Deployment.remove_unused = remove_unused
Deployment.delete_everything = crash
stacks.delete(stack)
tell(settle(stack))
Deployment.apply = crash
tell(deploy("b", metadata % "A"))
Deployment.apply = apply
deployment.handler_of = lambda resource_type: Failing()
Deployment.remove_created = crash
tell(deploy("c", metadata % "A"))
`);
  expect(statuses).toEqual([
    `UPDATE_FAILED | ${said}`,
    `DELETE_FAILED | ${said}`,
    `CREATE_FAILED | ${said}`,
    `ROLLBACK_FAILED | ${said}`,
  ]);
});

it('what runs at once is bounded, and what fails stops only what depends on it when that is wanted', async () => {
  const lines = await python(`
import threading
from cloudformation.ordering import AT_ONCE, in_order
lock, running, most, done = threading.Lock(), 0, 0, []
# Goes on when so many have come.
together = threading.Barrier(AT_ONCE, timeout=5)
def work(name):
    global running, most
    with lock:
        running += 1
        most = max(most, running)
    if name.isdigit():
        together.wait()
    with lock:
        running -= 1
    if name == "bad":
        raise ValueError(name)
    done.append(name)
in_order({str(number): set() for number in range(3 * AT_ONCE)}, work)
print(most == AT_ONCE, len(done) == 3 * AT_ONCE)
for stop in (None, lambda: False):
    done.clear()
    failures = in_order({"bad": set(), "after": {"bad"}, "free": set(), "later": {"free"}}, work, stop)
    print([str(one) for one in failures], sorted(done))
`);
  expect(lines).toEqual(['True True', "['bad'] ['free', 'later']", "['bad'] ['free']"]);
});

/** A deploy that would make anew what serves stops, and says why. */
import type { ResourceChange } from '@aws-sdk/client-cloudformation';
import { refuseReplacements, WouldReplace } from '../../cli/replacements';
import { kept } from '../../constructs/blueprint/lifetimes';
import { countChanges } from '../../stacks/aws-cdk/changes';
import { replacements } from '../../stacks/cdktf/deployment';
import { kept as ofTerraform } from '../../stacks/cdktf/kept';
import { engines } from '../../stacks/engines';

const message = (run: () => void): string => {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(WouldReplace);
    return (error as Error).message;
  }
  return 'let pass';
};

const BALANCER = { type: 'aws_lb', address: 'aws_lb.LoadBalancer', because: ['internal'] };

describe('a replacement', () => {
  it('of what serves is refused: what, why, what it costs, the way round, and how to go on', () => {
    const vpc = { type: 'aws_vpc', address: 'aws_vpc.Network_Vpc', because: ['cidr_block'] };
    const role = { type: 'aws_iam_role', address: 'aws_iam_role.orders', because: ['name'] };
    expect(message(() => refuseReplacements([vpc, role, BALANCER], ofTerraform, false)).split('\n')).toEqual([
      'This deploy would make anew what serves now. Nothing has been changed.',
      '',
      '  aws_vpc.Network_Vpc: the VPC, for AWS cannot change cidr_block of it. All that stands in it is made anew, and nothing answers meanwhile.',
      '  aws_lb.LoadBalancer: the load balancer, for AWS cannot change internal of it. Its host name changes, and clients that know the old address fail.',
      '',
      'Instead: write a second environment file with the new value, deploy it beside this one, move the domain, and remove the old one.',
      'To do it all the same, and have what is said above: --allow-replace',
    ]);
  });

  it('passes when the operator says so', () => {
    expect(message(() => refuseReplacements([BALANCER], ofTerraform, true))).toBe('let pass');
  });

  it.each([
    'aws_ecs_task_definition',
    'aws_lb_listener_rule',
    'aws_acm_certificate',
    'AWS::ECS::TaskDefinition',
  ])('of %s passes: the new one stands beside the old one', (type) => {
    for (const { kept: kinds } of engines) {
      const one = { type, address: 'a', because: [] };
      expect(message(() => refuseReplacements([one], kinds, false))).toBe('let pass');
    }
  });

  it.each(engines.map((engine) => [engine.name, engine] as const))(
    'of each kind that is kept has one type in %s',
    (_, engine) => {
      expect(Object.values(engine.kept).sort()).toEqual(Object.keys(kept).sort());
    },
  );
});

describe('a plan of Terraform', () => {
  const change = (type: string, actions: string[], more: object = {}, reason?: string) => ({
    address: `${type}.one`,
    type,
    action_reason: reason,
    change: { actions, after: {}, ...more },
  });

  it('replaces what has both actions, in either order, and says which settings ask for it', () => {
    const paths = { replace_paths: [['cidr_block'], ['tags', 'Name'], ['cidr_block']] };
    expect(
      replacements([
        change('aws_vpc', ['create', 'delete'], paths),
        change('aws_lb', ['delete', 'create']),
        change('aws_eip', ['create']),
        change('aws_subnet', ['delete']),
        change('aws_ecs_service', ['update']),
      ]),
    ).toEqual([
      { type: 'aws_vpc', address: 'aws_vpc.one', because: ['cidr_block', 'tags.Name'] },
      { type: 'aws_lb', address: 'aws_lb.one', because: [] },
    ]);
  });

  it('does not count what a failed create has left, nor what is taken over in this plan', () => {
    expect(
      replacements([
        change('aws_nat_gateway', ['create', 'delete'], {}, 'replace_because_tainted'),
        change('aws_cognito_user_pool_client', ['create', 'delete'], { importing: { id: 'a/b' } }),
      ]),
    ).toEqual([]);
  });
});

describe('a change set', () => {
  const change = (Replacement: 'True' | 'False' | 'Conditional', names: Record<string, string>) => ({
    ResourceChange: {
      Action: 'Modify',
      LogicalResourceId: 'Vpc',
      ResourceType: 'AWS::EC2::VPC',
      Replacement,
      Details: Object.entries(names).map(([Name, RequiresRecreation]) => ({
        Target: { Name, RequiresRecreation },
      })),
    } as ResourceChange,
  });

  it('replaces what is sure to be, and says which properties ask for it', () => {
    const changes = [
      change('True', { CidrBlock: 'Always', Tags: 'Never' }),
      change('Conditional', { VpcId: 'Always' }),
      change('False', { Tags: 'Never' }),
    ];
    expect(countChanges(changes).replacements).toEqual([
      { type: 'AWS::EC2::VPC', address: 'Vpc', because: ['CidrBlock'] },
    ]);
  });
});

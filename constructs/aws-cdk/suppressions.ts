/**
 * What a checker would change and is meant as it is, with the reason, kept beside the construct it is about. Written as
 * the metadata that cfn-lint and cdk-nag read, so that neither is needed to synthesize.
 */
import { CfnResource, type Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

export interface Accepted {
  /** `AwsSolutions-ELB2` of cdk-nag, `W3010` of cfn-lint. */
  readonly rule: string;
  readonly reason: string;
  /** Findings of a cdk-nag rule that are meant, as the inside of a regular expression. @default all */
  readonly findings?: string;
}

const LINT = /^[EWI]\d{4}$/;

/** Accepts findings on a resource, or on the resource of an L2 construct. */
export function accept(construct: IConstruct, ...accepted: readonly Accepted[]): void {
  const resource = resourceOf(construct);
  const lint = accepted.filter(({ rule }) => LINT.test(rule));
  const nag = accepted.filter(({ rule }) => !LINT.test(rule));
  if (lint.length > 0) {
    resource.addMetadata('cfn-lint', lintSettings(lint));
    // CDK's own check of the template has the same rules under the same names.
    Validations.of(resource).acknowledge(
      ...lint.map(({ rule, reason }) => ({ id: `CloudFormation-Validate::${rule}`, reason })),
    );
  }
  if (nag.length > 0) {
    resource.addMetadata('cdk_nag', {
      rules_to_suppress: nag.map(({ rule, reason, findings }) => ({
        id: rule,
        reason,
        ...(findings && { applies_to: [{ regex: `/${findings}/` }] }),
      })),
    });
  }
}

/** In every stack. */
export const JOINED: Accepted = {
  rule: 'I1022',
  reason: 'CDK writes Fn::Join where a person would write Fn::Sub; both say the same.',
};

/** Accepts findings of cfn-lint wherever they are in a stack. */
export function acceptInStack(stack: Stack, ...accepted: readonly Accepted[]): void {
  stack.templateOptions.metadata = {
    ...stack.templateOptions.metadata,
    'cfn-lint': lintSettings(accepted),
  };
}

const lintSettings = (accepted: readonly Accepted[]): object => ({
  config: { ignore_checks: accepted.map(({ rule }) => rule) },
  reasons: Object.fromEntries(accepted.map(({ rule, reason }) => [rule, reason])),
});

/** The CloudFormation resource of a construct. */
export function resourceOf(construct: IConstruct): CfnResource {
  const resource = CfnResource.isCfnResource(construct) ? construct : construct.node.defaultChild;
  if (resource === undefined || !CfnResource.isCfnResource(resource)) {
    throw new Error(`${construct.node.path} is not made of one CloudFormation resource.`);
  }
  return resource;
}

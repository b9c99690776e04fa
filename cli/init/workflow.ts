/** A workflow of GitHub Actions for pull requests. */
import type { Start } from '../../stacks/start';

export const WORKFLOW = '.github/workflows/infrastructure.yaml';

/** By commit: a tag can be moved. */
const CHECKOUT = 'actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2';
const SETUP_NODE = 'actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020 # v4.4.0';

/** Compares what would be deployed before and after: no account, no secret, nothing but reading the repository. */
export function workflowText({ synth, out, notCompared, configuration }: Start, environment: string): string {
  const command = synth(environment);
  const diff = ['diff -ruN', ...notCompared.map((name) => `-x '${name}'`), `base/${out} head/${out}`].join(
    ' ',
  );
  return `# What a pull request changes of what is deployed. It needs no account and no secret: both sides are synthesized and compared.
name: infrastructure

on: pull_request

permissions:
  contents: read

jobs:
  changes:
    runs-on: ubuntu-24.04
    timeout-minutes: 20
    steps:
      - uses: ${CHECKOUT}
        with:
          path: head
          persist-credentials: false
      - uses: ${CHECKOUT}
        with:
          ref: \${{ github.event.pull_request.base.sha }}
          path: base
          persist-credentials: false
      - uses: ${SETUP_NODE}
        with:
          node-version: 22
      - name: Types and environment files
        working-directory: head
        run: |
          npm ci
          npx tsc --noEmit --project infrastructure
          ${command}
      - name: What changes
        run: |
          if [ -f base/${configuration.path} ]; then (cd base && npm ci && ${command}); fi
          mkdir -p base/${out}
          ${diff} > changes.diff || test $? -eq 1
          { echo '\`\`\`diff'; head -c 900000 changes.diff; echo; echo '\`\`\`'; } >> "$GITHUB_STEP_SUMMARY"
`;
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { awsListsModule } from '../../scripts/write-aws-lists';

test("the lists of AWS are those of the installed models: botocore's and cfn-lint's, which the sandbox needs too", () => {
  const written = readFileSync(join(__dirname, '../../constructs/blueprint/aws-lists.ts'), 'utf8');
  expect(awsListsModule()).toBe(written);
});

/** The smallest AWS CDK program: a VPC as CDK makes it by itself. */
import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';

const app = new App();
const stack = new Stack(app, 'one', { env: { region: 'eu-central-1' } });
new Vpc(stack, 'vpc');
app.synth();

import { type Need, type Probe, probe } from '../../sandbox/needs';

const terraform: Probe = {
  name: 'terraform',
  args: ['version'],
  says: /^Terraform v(\d+\.\d+\.\d+)/m,
  // Write-only arguments, which keep the consumers' secret out of the state, came with it.
  least: '1.11',
};

export const needs: Need = {
  name: 'terraform',
  title: 'Terraform',
  install: {
    Debian:
      'see developer.hashicorp.com/terraform/install for the package source, then: apt-get install terraform',
    macOS: 'brew tap hashicorp/tap && brew install hashicorp/tap/terraform',
  },
  look: () => probe('terraform', terraform),
};

/** Write-only arguments keep the consumers' secret out of the state: Terraform and OpenTofu have them since this version. */
export const OLDEST_TERRAFORM = '1.11.0';

/** The oldest version of the AWS provider that has all that is used: what mirrors have may be older than the bindings'. */
export const OLDEST_PROVIDER = '5.100';

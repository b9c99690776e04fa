/** Where AWS's APIs are. Without `endpoint` and credentials the SDK's own defaults hold: a real account. */
export interface AwsAccess {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

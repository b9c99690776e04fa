import { z } from 'zod';

/**
 * Name of a request header that a policy reads. Not among them: what the gateway sets or takes away before any policy
 * (who calls, from where), and what belongs to the connection.
 */
export const requestHeader = z
  .string()
  .regex(
    /^(?!x-(consumer|gateway|forwarded|amzn-oidc|amzn-mtls)-|proxy-|(x-forwarded|x-real-ip|x-client-ip|x-cluster-client-ip|x-originating-ip|x-remote-ip|x-remote-addr|true-client-ip|x-host|x-original-host|x-original-url|x-rewrite-url|x-http-method|x-http-method-override|x-method-override|x-request-id|forwarded|host|connection|keep-alive|upgrade|http2-settings|te|trailer|transfer-encoding|content-length|expect|proxy)$)[a-z][a-z0-9-]{0,39}$/,
    'a header in lower case, up to 40 letters, digits and hyphens, that a client may set',
  );

/** Request headers by what they claim, as servers, frameworks, balancers and networks are known to read them. */

const words = (text: string): string[] => text.trim().split(/\s+/);

/** Another client. */
const clients = words(`
  client-ip x-client-ip x-clientip clientip true-client-ip x-true-client-ip x-real-ip x-realip real-ip x-remote-ip
  x-remote-addr remote-addr remote-ip x-remote-address x-client-address x-client-addr client-address x-cluster-client-ip
  x-cluster-ip x-originating-ip x-originating-addr x-originating-host x-source-ip source-ip x-src-ip x-user-ip user-ip
  x-peer-ip x-peer-addr x-socket-ip x-origin-ip x-connecting-ip cf-connecting-ip cf-connecting-ipv6 cf-pseudo-ipv4
  do-connecting-ip fastly-client-ip fly-client-ip ali-cdn-real-ip wl-proxy-client-ip x-proxyuser-ip x-azure-clientip
  x-azure-socketip x-azure-socket-ip x-appengine-user-ip x-appengine-remote-addr x-nf-client-connection-ip
  x-envoy-external-address x-envoy-remote-address incap-client-ip x-sucuri-clientip x-arr-clientip x-vercel-ip
  x-ip x-ip-address x-ipaddress x-ip-trail ip ip-address http-client-ip http-x-real-ip x-http-client-ip
  x-external-ip x-external-address x-client-port x-remote-port x-real-port x-client-host x-remote-host remote-host
  forwarded forwarded-for x-forwarded x-forwarded-for-original x-original-forwarded-for http-forwarded
  http-forwarded-for http-x-forwarded-for x-forwarded-by x-forwarded-client-ip x-envoy-forwarded-for z-forwarded-for
  x-amz-forwarded-for x-forwarded-user x-forwarded-email x-forwarded-groups x-forwarded-access-token
  x-forwarded-client-cert remote-user x-remote-user http-remote-user ssl-client-cert x-ssl-client-cert ssl-client-verify
  x-ssl-client-s-dn x-ssl-client-dn tls-client-verify client-cert client-cert-chain x-client-cert x-clientcert
  x-client-certificate x-arr-clientcert
`);

/** Another host, path or scheme. */
const targets = words(`
  x-host x-http-host http-host x-original-host x-orig-host x-real-host x-backend-host x-server-host x-forward-host
  x-forwarded-host x-forwarded-server x-forwarded-prefix x-forwarded-path x-forwarded-uri x-forwarded-url
  x-forwarded-scheme x-forwarded-ssl x-forwarded-protocol x-forwarded-port-original forwarded-host forwarded-proto
  x-host-override x-override-host host-override x-hostname x-upstream-host x-server-name x-http-server-name
  x-original-url x-original-uri x-original-path x-original-port x-original-proto x-original-scheme x-original-method
  x-original-query x-original-request-uri x-original-target x-orig-url x-orig-path original-url original-uri
  x-originating-url x-rewrite-url x-rewrite-uri x-rewrite-path x-rewritten-url rewrite-url x-envoy-original-path
  x-envoy-original-host x-url x-uri x-path x-request-uri request-uri x-request-url x-request-path http-request-uri
  x-requested-url x-http-url x-http-path x-http-path-translated x-path-info x-http-path-info x-script-name
  x-script-url x-base-url base-url x-base-path x-base-uri x-server-url x-url-path x-raw-url x-raw-uri x-full-url
  x-absolute-uri x-query-string x-override-url url-override x-proxied-host x-backend-url x-forward-uri
  x-scheme x-proto x-protocol x-url-scheme x-https x-ssl front-end-https x-front-end-https x-original-https
  x-server-port x-port x-server-protocol x-http-proto x-address
`);

/** Another method. */
const methods = words(`
  x-http-method x-http-method-override x-method-override x-method http-method http-method-override method-override
  x-http-verb x-verb x-request-method request-method x-original-http-method x-http-method-real x-http-method-name
  x-override-method x-override x-http-override x-real-method x-rewrite-method x-forwarded-method
`);

export const claimingHeaders: readonly string[] = [...clients, ...targets, ...methods];

/** Registered ones and common ones that claim nothing of the kind. */
export const plainHeaders: readonly string[] = words(`
  a-im accept accept-charset accept-datetime accept-encoding accept-language accept-patch accept-post
  access-control-request-headers access-control-request-method alt-used authorization cache-control cal-managed-tags
  content-disposition content-encoding content-language content-location content-md5 content-range content-type cookie
  date depth destination device-memory dnt dpop early-data ect etag expires from idempotency-key if if-match
  if-modified-since if-none-match if-range if-schedule-tag-match if-unmodified-since label last-event-id last-modified
  link lock-token max-forwards memento-datetime nel odata-version ordering-type origin overwrite
  position pragma prefer priority range referer repeatability-request-id save-data schedule-reply
  sec-ch-ua sec-ch-ua-mobile sec-fetch-dest sec-fetch-mode sec-fetch-site sec-gpc sec-purpose sec-websocket-key
  sec-websocket-protocol sec-websocket-version signature signature-input slug soapaction timeout topic traceparent
  tracestate ttl upgrade-insecure-requests urgency user-agent via want-content-digest warning baggage b3
  x-api-key x-api-version x-app-version x-amzn-trace-id x-amz-date x-amz-security-token x-b3-spanid x-b3-traceid
  x-callback-url x-redirect-path x-client-id x-client-version x-client-name client-id client-version x-correlation-id
  x-csrf-token x-datadog-trace-id x-debug x-device-id x-goog-api-key x-hub-signature-256 x-image-path x-language
  x-locale x-membership x-idempotency-key x-page-url x-request-start x-requested-with x-session-id x-shipment
  x-tenant x-tenant-id x-timezone x-tip x-token x-trace-id x-user-id x-webhook-url x-xsrf-token x-zip x-source
  x-signature x-stripe-signature x-github-event x-original x-forwarder x-relationship x-url-signature hostname port
  path server-timing client-hints equip-status remote-control ssl-labs x-real-name x-user-agent x-http-version
`);

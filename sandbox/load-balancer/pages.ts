/** What the load balancer answers by itself, in the shape of Elastic Load Balancing's own pages. */

const reasons: Readonly<Record<number, string>> = {
  301: 'Moved Permanently',
  302: 'Found',
  405: 'Not Allowed',
  408: 'Request Timeout',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};

/** `502 Bad Gateway`; a status without a known reason stands alone. */
export function statusText(status: number): string {
  const reason = reasons[status];
  return reason ? `${status} ${reason}` : String(status);
}

export function page(text: string): string {
  return [
    '<html>',
    `<head><title>${text}</title></head>`,
    '<body>',
    `<center><h1>${text}</h1></center>`,
    '</body>',
    '</html>',
    '',
  ].join('\r\n');
}

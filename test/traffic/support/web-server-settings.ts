/**
 * What each web server is told: to answer every request with 200 and no body, to write a line of what it saw, and to be as
 * careless as it can be. Where `X-Mutant` is even it reads the body; else it may leave it, and has to find its end.
 */

/** What a server knows of prefixes and hosts, by its own means. */
export interface Site {
  readonly address: string;
  /** Prefixes, by a name for each. */
  readonly places: Readonly<Record<string, string>>;
  /** Names that a virtual host stands for. */
  readonly hosts: readonly string[];
  /** Made for it. */
  readonly folder: string;
}

export const seenFile = 'seen.log';
export const errorsFile = 'errors.log';

const root = process.getuid?.() === 0;
const byLength = ({ places }: Site) => Object.entries(places).sort(([, a], [, b]) => a.length - b.length);

/** Those of `seen.log`, but for Apache's. */
const nginxFields = {
  id: '$http_x_request_id',
  mutant: '$http_x_mutant',
  method: '$request_method',
  target: '$request_uri',
  path: '$seen_path',
  host: '$http_host',
  virtualHost: '$server_name',
  place: '$place',
  body: '$upstream_http_x_body',
  connection: '$connection',
  status: '$status',
};

function nginxHost(site: Site, name: string, more: string): string {
  const places = byLength(site).flatMap(([place, path]) =>
    [`= ${path}`, `${path}/`].map(
      (match) => `location ${match} { set $place ${place}; set $seen_path $uri; include answer.conf; }`,
    ),
  );
  return `
  server {
    listen ${site.address}:8080${more};
    server_name ${name};
    set $place "";
    set $seen_path "";
    ${places.join('\n    ')}
    location / { set $seen_path $uri; include answer.conf; }
  }`;
}

export const nginxFiles = (site: Site): Record<string, string> => ({
  'answer.conf': `
add_header X-Seen $http_x_request_id always;
add_header X-Seen-Mutant $http_x_mutant always;
if ($reads = 0) { return 200 ""; }
proxy_ignore_client_abort on;
proxy_pass http://unix:${site.folder}/body.sock:/;
`,
  'nginx.conf': `
${root ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid nginx.pid;
error_log ${errorsFile} warn;
events { worker_connections 4096; }
http {
  log_format seen escape=json '${JSON.stringify(nginxFields)}';
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`).join(' ')}
  ignore_invalid_headers off;
  underscores_in_headers on;
  merge_slashes on;
  large_client_header_buffers 8 32k;
  keepalive_timeout 600s;
  keepalive_requests 1000000;
  uninitialized_variable_warn off;
  map $http_x_mutant $reads { default 0; ~[02468]$ 1; }
  access_log ${seenFile} seen;
  ${nginxHost(site, 'any', ' default_server')}${site.hosts.map((name) => nginxHost(site, name, '')).join('')}
  # Gets the bodies that nginx has read, with their lengths.
  server {
    listen unix:${site.folder}/body.sock;
    access_log off;
    location / { add_header X-Body $http_content_length always; return 200 ""; }
  }
}
`,
});

const apacheFields = [
  '%{X-Request-Id}i',
  '%{X-Mutant}i',
  '%m',
  '%r',
  '%U',
  '%{Host}i',
  '%v',
  '%{place}e',
  '%B',
  '%{remote}p',
  '%>s',
];

function apacheHost(site: Site, name: string): string {
  return `
<VirtualHost ${site.address}:8080>
  ServerName ${name}
  AllowEncodedSlashes On
  AliasMatch "(?s)^/.*$" "${site.folder}/empty"
  ${byLength(site)
    .map(([place, path]) => `<Location "${path}">\n    SetEnv place ${place}\n  </Location>`)
    .join('\n  ')}
</VirtualHost>`;
}

export const apacheFiles = (site: Site, modules: string): Record<string, string> => ({
  empty: '',
  'apache.conf': `
ServerRoot "${site.folder}"
DefaultRuntimeDir "${site.folder}"
PidFile apache.pid
Mutex "file:${site.folder}" default
ErrorLog ${errorsFile}
LogLevel warn
${['mpm_event', 'authz_core', 'unixd', 'alias', 'env', 'headers', 'log_config', 'reflector']
  .map(
    (name) =>
      `<IfModule !${name}_module>\n  LoadModule ${name}_module "${modules}/mod_${name}.so"\n</IfModule>`,
  )
  .join('\n')}
${root ? 'User #65534\nGroup #65534' : ''}
StartServers 1
ServerLimit 1
ThreadsPerChild 50
MaxRequestWorkers 50
MinSpareThreads 10
MaxSpareThreads 50
Listen ${site.address}:8080
ServerName any
HttpProtocolOptions Unsafe LenientMethods Allow0.9
LimitRequestLine 32768
LimitRequestFieldSize 32768
KeepAliveTimeout 600
MaxKeepAliveRequests 0
Timeout 60
TraceEnable on
LogFormat "${apacheFields.join('\\t')}" seen
CustomLog ${seenFile} seen
Header always set X-Seen "expr=%{HTTP:X-Request-Id}"
Header always set X-Seen-Mutant "expr=%{HTTP:X-Mutant}"
<Directory />
  Require all granted
</Directory>
# Gives the body back, so that its length is that of the answer. It does not take other methods.
<If "%{HTTP:X-Mutant} =~ /[02468]$/ && %{REQUEST_METHOD} == 'POST'">
  SetHandler reflector
</If>
${['any', ...site.hosts].map((name) => apacheHost(site, name)).join('')}
`,
});

export const gunicornFlags = ({ address, folder }: Site): string[] => [
  ...['--bind', `${address}:8080`, '--worker-class', 'gthread', '--workers', '1', '--threads', '20'],
  ...['--keep-alive', '600', '--limit-request-line', '0', '--limit-request-field_size', '32768'],
  // A request that it cannot read is noted at this level.
  ...['--log-level', 'debug', '--error-logfile', `${folder}/${errorsFile}`, '--worker-tmp-dir', folder],
  ...['--chdir', folder, 'seen:application'],
];

export const gunicornFiles = (site: Site): Record<string, string> => ({
  'seen.py': `
import json, os

places = sorted(json.loads(${JSON.stringify(JSON.stringify(site.places))}).items(), key=lambda one: -len(one[1]))
hosts = json.loads(${JSON.stringify(JSON.stringify(site.hosts))})
log = os.open('${seenFile}', os.O_WRONLY | os.O_APPEND | os.O_CREAT)

def application(environ, start_response):
    path, host, mutant = (environ.get(name, '') for name in ('PATH_INFO', 'HTTP_HOST', 'HTTP_X_MUTANT'))
    name = host.split(':')[0].lower()
    seen = {
        'id': environ.get('HTTP_X_REQUEST_ID', ''), 'mutant': mutant,
        'method': environ['REQUEST_METHOD'], 'target': environ['RAW_URI'], 'path': path,
        'host': host, 'virtualHost': name if name in hosts else 'any',
        'place': next((place for place, p in places if path == p or path.startswith(p + '/')), ''),
        'body': '', 'connection': environ['REMOTE_PORT'], 'status': '200',
    }
    try:
        if mutant[-1:] in set('02468'):
            seen['body'] = str(len(environ['wsgi.input'].read()))
    finally:
        os.write(log, json.dumps(seen).encode() + b'\\n')
    start_response('200 OK', [('Content-Length', '0'), ('X-Seen', seen['id']), ('X-Seen-Mutant', mutant)])
    return [b'']
`,
});

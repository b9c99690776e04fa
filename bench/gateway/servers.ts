/** The API, the bare proxy, and what other proxies make of the same policies. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { bare, caddy, nginx, upstream } from './addresses';
import { answer, apiKey, type Contender, consumer } from './contender';
import type { Cores } from './cores';
import { folder, Running } from './processes';

const url = (address: string) => `http://${address}/proxy/1`;

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

const haproxyText = (name: string, address: string, lines: readonly string[]) => `
defaults
  mode http
  timeout connect 2s
  timeout client 75s
  timeout server 30s
frontend ${name}
  bind ${address}
${lines.map((line) => `  ${line}\n`).join('')}`;

/** HAProxy again, since it is there anyway; a fixed answer takes it half the time that handing on a request does. */
export function startUpstream({ others }: Cores): Running {
  const lines = [`http-request return status 200 content-type application/json string '${answer}'`];
  const file = write('upstream.cfg', haproxyText('upstream', upstream, lines));
  return new Running('upstream', ['haproxy', '-db', '-f', file], { cores: others });
}

/** Nothing but handing on: no log, no rule. */
export function startBare(api: Running, { measured }: Cores): Contender[] {
  const lines = ['default_backend api', 'backend api', `server api ${upstream}`];
  const file = write('bare.cfg', haproxyText('bare', bare, lines));
  const process = new Running('bare HAProxy', ['haproxy', '-db', '-f', file], { cores: measured });
  return [{ scenario: 'proxy', name: 'HAProxy, bare', url: url(bare), process, behind: [api] }];
}

/** The keys stand in clear, and the limit is this machine's own: nginx has no hash of a header, and no peers. */
const nginxText = () => `
daemon off;
${process.getuid?.() === 0 ? `user ${userInfo().username};` : ''}
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr error;
events {
  worker_connections 1024;
}
http {
  client_body_temp_path ${folder}/nginx/body;
  proxy_temp_path ${folder}/nginx/proxy;
  fastcgi_temp_path ${folder}/nginx/fastcgi;
  uwsgi_temp_path ${folder}/nginx/uwsgi;
  scgi_temp_path ${folder}/nginx/scgi;
  log_format line escape=json '{"time":$msec,"request_id":"$request_id","client":"$remote_addr","method":"$request_method","host":"$host","path":"$uri","status":$status,"bytes_in":$request_length,"bytes_out":$bytes_sent,"consumer":"$consumer","cache":"$upstream_cache_status","server":"$upstream_addr","connect":"$upstream_connect_time","response":"$upstream_response_time","total":$request_time}';
  access_log /dev/stdout line;
  keepalive_timeout 75s;
  keepalive_requests 100000000;
  map $http_x_api_key $consumer {
    default "";
    "${apiKey}" ${consumer};
  }
  limit_req_zone $consumer zone=consumers:1m rate=100000r/s;
  limit_req_status 429;
  open_file_cache max=1000;
  proxy_cache_path ${folder}/nginx/cache keys_zone=answers:1m max_size=8m;
  upstream api {
    server ${upstream};
    keepalive 64;
    keepalive_requests 100000000;
  }
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host $host;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header X-Request-Id $request_id;
  add_header X-Request-Id $request_id always;
  server {
    listen ${nginx.proxy};
    location / {
      proxy_pass http://api;
    }
  }
  server {
    listen ${nginx.key};
    location / {
      if ($consumer = "") {
        return 401;
      }
      limit_req zone=consumers burst=1000000 nodelay;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Request-Id $request_id;
      proxy_set_header X-Api-Key "";
      proxy_set_header X-Consumer-Id $consumer;
      proxy_pass http://api;
    }
  }
  server {
    listen ${nginx.cache};
    location / {
      proxy_cache answers;
      proxy_cache_valid 200 10m;
      add_header X-Cache $upstream_cache_status;
      proxy_pass http://api;
    }
  }
}
`;

export function startNginx(api: Running, { measured }: Cores): Contender[] {
  mkdirSync(path.join(folder, 'nginx'));
  const file = write('nginx.conf', nginxText());
  const started = new Running('nginx', ['nginx', '-e', 'stderr', '-p', folder, '-c', file], {
    cores: measured,
  });
  return (['proxy', 'key', 'cache'] as const).map((scenario) => ({
    scenario,
    name: 'nginx',
    url: url(nginx[scenario]),
    process: started,
    behind: scenario === 'cache' ? [] : [api],
  }));
}

/** Without a limit: Caddy has one only as a module of others. */
const caddyText = `
{
  admin off
  auto_https off
}
(common) {
  bind ${caddy.host}
  log {
    output stdout
    format json
  }
  header X-Request-Id {http.request.uuid}
}
(api) {
  reverse_proxy ${upstream} {
    header_up X-Request-Id {http.request.uuid}
    transport http {
      keepalive_idle_conns_per_host 64
    }
  }
}
http://:${caddy.ports.proxy} {
  import common
  import api
}
http://:${caddy.ports.key} {
  import common
  @known header X-Api-Key ${apiKey}
  handle @known {
    request_header -X-Api-Key
    request_header X-Consumer-Id ${consumer}
    import api
  }
  respond 401
}
`;

export function startCaddy(api: Running, { measured }: Cores): Contender[] {
  const file = write('Caddyfile', caddyText);
  const command = ['caddy', 'run', '--config', file, '--adapter', 'caddyfile'];
  const started = new Running('caddy', command, { cores: measured });
  const of = (port: number) => ({ url: url(`${caddy.host}:${port}`), process: started, behind: [api] });
  return [
    { scenario: 'proxy', name: 'Caddy', ...of(caddy.ports.proxy) },
    { scenario: 'key', name: 'Caddy, no limit', ...of(caddy.ports.key) },
  ];
}

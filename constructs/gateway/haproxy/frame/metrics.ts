/** HAProxy's own metrics. https://github.com/haproxy/haproxy/blob/master/addons/promex/README */
import type { PlaneMetrics } from '../../metrics';
import { metricsPath } from '../parts/ports';

export const metrics: PlaneMetrics = {
  path: metricsPath,
  // Without the servers, whose slots would be most of the series, and without what is switched off.
  parameters: { scope: ['global', 'frontend', 'backend'], 'no-maint': [''] },
  internal: { label: 'proxy', pattern: 'gateway\\..*|.*\\.cached' },
  chosen: [
    {
      label: 'proxy',
      names: [
        'haproxy_backend_active_servers',
        'haproxy_backend_current_queue',
        'haproxy_backend_current_sessions',
        'haproxy_backend_connection_errors_total',
        'haproxy_backend_response_errors_total',
        'haproxy_backend_retry_warnings_total',
        'haproxy_backend_response_time_average_seconds',
      ],
    },
    {
      label: 'member',
      names: [
        'haproxy_frontend_http_requests_total',
        'haproxy_frontend_current_sessions',
        'haproxy_process_connected_peers',
        'haproxy_process_idle_time_percent',
        'haproxy_process_dropped_logs_total',
        'haproxy_process_failed_resolutions',
      ],
    },
  ],
};

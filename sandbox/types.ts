/** What the parts of the sandbox know of each other. */

export interface SandboxPorts {
  /** AWS's APIs, TCP. */
  readonly emulator: number;
  /** The load balancer's HTTPS listeners, TCP. */
  readonly https: number;
  /** The load balancer's HTTP listeners, TCP. */
  readonly http: number;
  /** Cloud Map names, UDP. */
  readonly dns: number;
}

export type TargetState = 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining';

/** What an Application Load Balancer does, as far as the tasks need to know. */
export interface Balancer {
  /** Reads listeners, rules, target groups and targets, and makes the running proxy agree with them. */
  reconcile(): Promise<void>;
  /** State of a registered or draining target; undefined when it is neither. */
  targetState(targetGroupArn: string, address: string, port: number): TargetState | undefined;
  /** Called after any target's state has changed. */
  onStateChange(listener: () => void): void;
  /** Resolves when a deregistered target has no request in flight, or its deregistration delay has passed. */
  drained(targetGroupArn: string, address: string, port: number): Promise<void>;
  close(): Promise<void>;
}

/** A line for the daemon's log: one JSON object, `part` names who speaks. */
export type Log = (part: string, message: string, details?: Readonly<Record<string, unknown>>) => void;

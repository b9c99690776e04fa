/** What the containers of one task have to do with each other. Plain data, for the blueprint and the gateway alike. */

/** A container that must have come so far before another one is started; on the way out, the reverse. */
export interface ContainerDependency {
  readonly container: string;
  /** Has been started; its health check passes; has ended with exit code 0. */
  readonly condition: 'START' | 'HEALTHY' | 'SUCCESS';
}

/** Run inside the container. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html */
export interface ContainerHealthCheck {
  /** `['CMD', program, …]`, or `['CMD-SHELL', text]`. */
  readonly command: readonly string[];
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly retries: number;
  /** Failures in this time after the start do not count. */
  readonly startPeriodSeconds: number;
}

/** A volume of the task, in a container's file system. */
export interface Mount {
  /** One of the task's `volumes`. */
  readonly volume: string;
  /** Absolute. */
  readonly path: string;
  readonly readOnly: boolean;
}

/** A value that only the engine knows: `https://cognito-idp.…/<id>` of the environment's own user pool. */
export interface EngineValue {
  readonly ref: 'user-pool-issuer';
}

/** What a container may have beside what it runs. What is absent is left to ECS. */
export interface ContainerTies {
  /** Whether the task ends with it. @default true */
  readonly essential?: boolean;
  readonly dependsOn?: readonly ContainerDependency[];
  readonly healthCheck?: ContainerHealthCheck;
  readonly mounts?: readonly Mount[];
  /** Environment variables whose values the engine fills in. */
  readonly engineValues?: Readonly<Record<string, EngineValue>>;
}

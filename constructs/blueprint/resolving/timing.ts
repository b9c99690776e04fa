/**
 * Times that must fit each other. They are derived here and nowhere else; `rules/timing.ts` refuses what cannot fit.
 *
 * The order of a service's life, and what each step may take:
 *
 * - **start**: Fargate gives the task an address and pulls the image (`TASK_START_SECONDS`), the program starts
 *   (the health check's grace), and the load balancer sees it (its checks).
 * - **drain**: the load balancer lets requests end (deregistration delay), an API serves on until all have let go of its
 *   address (`LEAVE_SECONDS`), then the container has its stop time-out.
 * - **deploy**: see `deploySeconds`.
 *
 * And of a name's life: an instance that comes is found when an answer has it, one that goes is forgotten when no
 * answer had it for `unseenSeconds`, be it that the answers had others or that the name did not exist; a name that did
 * not exist is asked for again after `NEGATIVE_TTL_SECONDS`. While a name is not answered nothing is forgotten for
 * `UNANSWERED_SECONDS`: the checks say who serves.
 */
import { longestSeconds } from '../../gateway/balancing';
import type { HealthCheck } from '../blueprint';
import { LONGEST_STOP_SECONDS } from '../fargate';
import type { Api, Environment } from '../schema';

/** AWS's default. */
const IDLE_SECONDS = 60;
const IDLE_MARGIN_SECONDS = 5;

/** How long a name's answer may be kept: an instance that has gone is asked for no longer than this. */
export const DISCOVERY_TTL_SECONDS = 5;

/** The same of a name that is not ours: what Cloud Map's console and AWS CDK give it, and what load balancers have. */
export const FOREIGN_TTL_SECONDS = 60;

/**
 * How long a resolver may keep that a name does not exist: the TTL of the namespace's SOA record. The gateways ask for
 * each other while one of them is away. Cloud Map's default is 15 s, and Terraform's provider cannot say another.
 */
export const NEGATIVE_TTL_SECONDS = 5;

/** Most addresses in one answer of Cloud Map. */
const ANSWER_SIZE = 8;
/** How likely it may be that a live instance was in none of the answers. */
const UNSEEN_PROBABILITY = 0.001;
/** Below, no pool forgets faster: a resolver that restarts must not empty it. */
const LEAST_UNSEEN_SECONDS = 20;
/** Pools of about the same size are looked up alike. */
const UNSEEN_STEP_SECONDS = 30;
/**
 * From here on a pool is too large to be found by eight addresses at a time: an address that has gone would keep its
 * place over several deploys, and there would be no room for those that come.
 */
export const MOST_UNSEEN_SECONDS = 900;

/**
 * How long the last addresses are kept while a name is not answered: no answer, an error, an empty one, or one that
 * cannot be read. A day, as long as an issuer's last keys. The longer, the likelier an address that was given to
 * another task meanwhile; HAProxy reckons with 31 bits of milliseconds, 24.8 days, and would take more for a time
 * that is over.
 */
export const UNANSWERED_SECONDS = 86_400;

/** A task may ask its resolver 1,024 questions per second; so many names are asked for at a time. */
const NAMES_PER_SECOND = 50;
const LEAST_LOOKUP_SECONDS = 2;

/** Fargate: an address, the image, the container. An allowance; AWS states none. */
const TASK_START_SECONDS = 120;
/** ECS gives up after three failed tasks at least, and a service of one task tries them one after the other. */
const FAILURES = 3;
/** Default time-out of Terraform's `aws_ecs_service` for each of create, update and delete. */
const LEAST_WAIT_MINUTES = 20;
/** CloudFormation waits no longer for an ECS service. */
export const MOST_WAIT_MINUTES = 180;

/**
 * Time after which the load balancer closes a connection on which nothing moves. Longer than the longest request:
 * else the client would get the load balancer's 504 while the API still works on its answer.
 */
export function balancerIdleTimeoutSeconds({ apis }: Environment): number {
  const longest = Math.max(0, ...Object.values(apis).map(longestSeconds));
  return Math.max(IDLE_SECONDS, longest + IDLE_MARGIN_SECONDS);
}

/** How often a gateway asks for each name, when it asks for so many. */
export const lookupSeconds = (names: number): number =>
  Math.max(LEAST_LOOKUP_SECONDS, Math.ceil(names / NAMES_PER_SECOND));

/**
 * How long a live instance may be missing from all answers, so that an address that is missing for longer has gone.
 *
 * An answer has eight of `instances` at random. A resolver keeps it for the name's TTL, so asking every `lookup`
 * seconds gives a new answer only every `lookup × ⌈TTL / lookup⌉`: 6 s, for a TTL of 5 s and a question every 2 s. A
 * given instance is in none of k new answers with the probability (1 − 8/n)^k, which is below 0.001 from
 * k = ln 0.001 / ln(1 − 8/n) on:
 *
 * | instances | answers | seconds | rounded up |
 * | --------- | ------- | ------- | ---------- |
 * | up to 8   | 1       | 6       | 20         |
 * | 10        | 5       | 30      | 30         |
 * | 12        | 7       | 42      | 60         |
 * | 20        | 14      | 84      | 90         |
 * | 40        | 31      | 186     | 210        |
 * | 100       | 83      | 498     | 510        |
 *
 * @param instances most that the pool can have at once, a rolling deploy included
 */
export function unseenSeconds(instances: number, lookup: number, ttl = DISCOVERY_TTL_SECONDS): number {
  const newAnswerSeconds = lookup * Math.ceil(ttl / lookup);
  const answers =
    instances <= ANSWER_SIZE
      ? 1
      : Math.ceil(Math.log(UNSEEN_PROBABILITY) / Math.log(1 - ANSWER_SIZE / instances));
  const seconds = answers * newAnswerSeconds;
  if (seconds <= LEAST_UNSEEN_SECONDS) return LEAST_UNSEEN_SECONDS;
  return UNSEEN_STEP_SECONDS * Math.ceil(seconds / UNSEEN_STEP_SECONDS);
}

/**
 * How long a task serves on after it has left its name and its target group. A resolver keeps the answer before for the
 * name's TTL, and a gateway gets a new one within 5 to 8 s (see `unseenSeconds`); the instances in it are then checked.
 */
export const LEAVE_SECONDS = 10;

/** From the moment that a target could answer until the load balancer has seen it do so. */
export const seenSeconds = ({
  intervalSeconds,
  timeoutSeconds,
  healthyThreshold,
}: Pick<HealthCheck, 'intervalSeconds' | 'timeoutSeconds' | 'healthyThreshold'>): number =>
  healthyThreshold * intervalSeconds + timeoutSeconds;

/** A shared processor, a slow disk. */
const GRACE_FACTOR = 1.5;

/**
 * For how long ECS does not mind that the load balancer finds a gateway unhealthy: half as long again as the longest
 * start and the checks that it then has to pass. With an issuer's keys to wait for that is 1.5 × (36 + 12) = 72 s.
 */
export const graceSeconds = (startSeconds: number, check: Parameters<typeof seenSeconds>[0]): number =>
  Math.ceil(GRACE_FACTOR * (startSeconds + seenSeconds(check)));

interface Life {
  readonly graceSeconds: number;
  /** From the end of the grace until a task that does not answer is given up. */
  readonly checkSeconds: number;
  readonly deregistrationDelaySeconds: number;
  readonly stopTimeoutSeconds: number;
}

/**
 * Longest time from the beginning of a deploy until the service is steady again, on the new version or, rolled back,
 * on the old one. A gateway is stopped first: drain, then start. A pool starts the new tasks beside the old ones and
 * then drains all of the old together: start, then drain. In the worst case three tasks fail one after the other, are
 * drained, and the old version starts again: 4 starts and 2 drains. To delete a service takes one drain.
 *
 * With a grace of 60 s, checks of 20 s, a delay of 60 s and a stop time-out of 40 s: 4 × 200 + 2 × 100 = 1,000 s.
 */
export const deploySeconds = (life: Life): number => {
  const start = TASK_START_SECONDS + life.graceSeconds + life.checkSeconds;
  const drain = life.deregistrationDelaySeconds + life.stopTimeoutSeconds;
  return (FAILURES + 1) * start + 2 * drain;
};

/** What an engine waits for a service; never less than Terraform does by itself. */
export const waitMinutes = (life: Life): number =>
  Math.max(LEAST_WAIT_MINUTES, Math.ceil(deploySeconds(life) / 60));

/** Time that an instance has after the stop signal beyond its longest request. */
const STOP_MARGIN_SECONDS = 10;

/** What an instance has after the stop signal: its longest request and a margin, as far as Fargate allows. */
export const poolStopSeconds = ({ requestTimeoutSeconds }: Pick<Api, 'requestTimeoutSeconds'>): number =>
  Math.min(LONGEST_STOP_SECONDS, requestTimeoutSeconds + STOP_MARGIN_SECONDS);

/** In every stage alike: after a change of stage the tasks of the one before are drained. */
export const poolWaitMinutes = (environment: Environment, api: Api): number =>
  waitMinutes({
    graceSeconds: api.health.graceSeconds,
    checkSeconds: api.health.unhealthyThreshold * api.health.intervalSeconds + api.health.timeoutSeconds,
    deregistrationDelaySeconds: environment.deregistrationDelaySeconds,
    stopTimeoutSeconds: LEAVE_SECONDS + poolStopSeconds(api),
  });

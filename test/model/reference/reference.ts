/**
 * What the gateways have to do, said once more, by someone who knows no HAProxy: a decision for a request, and what is
 * remembered of it. `gateway-model.test.ts` asks a real pair the same.
 */
import type { GatewayApi, GatewayModel, GatewayRoute, Policies } from '../../../constructs/gateway';
import { isCached, isUnchanged, type Lookup, lookup, Store } from './cache';
import { type Caller, callerOf, forbidden, type Known } from './callers';
import { changed, hiddenPrefix, isPreflight, outward, readableBy, targetFor, type Words } from './forms';
import { Limits } from './limits';
import { apiOf, type Found, isOurHost, routeOf, unreadable } from './reading';
import {
  type Asked,
  type Decision,
  isRefusal,
  type PoolAnswer,
  pathOf,
  type Refusal,
  valuesOf,
} from './types';
import { invalid } from './validation';

/** A request on its way. */
interface Way {
  readonly asked: Asked;
  readonly found: Found;
  readonly route?: GatewayRoute;
  readonly policies: Policies;
  readonly caller: Caller;
}

type Answer = Decision['answer'];

export class Reference {
  private readonly limits: Limits;
  private readonly store = new Store();

  /** @param answerOf what the APIs answer, by what they are asked */
  constructor(
    private readonly model: GatewayModel,
    private readonly known: Known,
    private readonly answerOf: (target: string) => PoolAnswer,
  ) {
    this.limits = new Limits(model);
  }

  decide(asked: Asked): Decision {
    const unread = unreadable(asked);
    if (unread) return refused(unread, {});
    if (!isOurHost(this.model, asked)) return refused([421, 'no-host'], {});
    const found = apiOf(this.model, asked);
    if (!found) return refused([404, 'no-api'], {});
    const { api } = found;
    const route = routeOf(api, asked.method, pathOf(asked));
    const log = { api: api.name, ...(route ? { route: route.name } : {}) };
    const preflight = this.preflight(api, asked);
    if (preflight) return { ...preflight, ...log };
    const policies = route?.policies ?? api.policies;
    const shared = readable(policies, asked);
    const caller = callerOf(policies, asked, this.known);
    if (isRefusal(caller)) return refused(caller, log, shared);
    const way: Way = { asked, found, route, policies, caller };
    const known = { ...log, ...(caller.consumer === undefined ? {} : { consumer: caller.consumer }) };
    const limited = this.admit(way);
    if (isRefusal(limited)) return refused(limited, known, shared);
    return this.serve(way, { ...known, answer: { ...shared, ...limited } });
  }

  private preflight(api: GatewayApi, asked: Asked): Decision | undefined {
    if (!isPreflight(asked)) return undefined;
    const method = valuesOf(asked, 'access-control-request-method')[0] ?? '';
    const { cors } = routeOf(api, method, pathOf(asked))?.policies ?? api.policies;
    if (!cors) return undefined;
    const origin = readableBy(cors, asked);
    if (origin === undefined) return refused([403, 'cors-origin'], {});
    return {
      status: 204,
      answer: {
        'access-control-allow-origin': origin,
        'access-control-allow-methods': cors.methods.join(', '),
        'access-control-allow-credentials': cors.credentials ? 'true' : undefined,
      },
    };
  }

  /** Whether it may, has something left, and looks well. What looks wrong has been counted. */
  private admit({ asked, found: { api }, route, policies, caller }: Way): Refusal | Answer {
    const { validation, rateLimit } = policies;
    const refusal = forbidden(api, policies, caller, this.model);
    if (refusal) return refusal;
    const whose = { api, route, consumer: caller.consumer, client: clientOf(asked) };
    const left = rateLimit && this.limits.take(rateLimit, whose);
    if (isRefusal(left)) return left;
    return (validation && invalid(validation, asked, route)) ?? (left ? { 'x-left': left.join() } : {});
  }

  private serve(way: Way, decided: Pick<Decision, 'answer'>): Decision {
    const { asked, found, policies, caller } = way;
    const { cache, transformation } = policies;
    const isGet = asked.method === 'GET' || asked.method === 'HEAD';
    const looked = cache && isGet ? lookup(cache, policies, found.api, caller, asked) : undefined;
    const hit = cache && looked && this.store.find(looked, found.api, pathOf(asked), cache);
    const words = wordsOf(way);
    const target = targetFor(transformation, found, way.route, looked ?? asked, words);
    const answer = hit ?? this.answerOf(target);
    if (cache && looked && !hit) this.store.keep(looked, found.api, asked, cache, answer);
    if (!hit) this.store.wrote(found.api, asked, answer);
    const kind = !isCached(found.api) ? undefined : hit ? 'HIT' : looked ? 'MISS' : 'BYPASS';
    const reached = { method: asked.method, target, headers: headersFor(way, looked, words) };
    return {
      ...decided,
      status: hit && isUnchanged(asked, hit) ? 304 : answer.status,
      ...(kind ? { cache: kind } : {}),
      ...(hit ? {} : { reached }),
      answer: {
        'x-cache': kind,
        location:
          answer.headers.location && outward(answer.headers.location, hiddenPrefix(transformation, found)),
        ...(transformation ? changed(transformation.response, (name) => answer.headers[name], words) : {}),
        ...decided.answer,
      },
    };
  }
}

const wordsOf = ({ asked, found, route, caller }: Way): Words => ({
  consumer: caller.consumer ?? '',
  requestId: valuesOf(asked, 'x-request-id')[0] ?? '',
  clientAddress: clientOf(asked),
  api: found.api.name,
  route: route?.name ?? '',
});

/** Headers that clients send, and that an API gets unless the gateway keeps them. */
const watched = [
  'authorization',
  'x-api-key',
  'x-key',
  'x-tenant',
  'accept-language',
  'origin',
  'x-debug',
  'cookie',
  'range',
];

/** What claims another client, path or method never gets there. */
const claiming = ['x-real-ip', 'x-http-method-override', 'x-original-url', 'cf-connecting-ip'];

function headersFor({ asked, found, caller, policies }: Way, looked: Lookup | undefined, words: Words) {
  const gets = (name: string) => !caller.spent.includes(name) && (!looked || looked.headers.includes(name));
  const own: Record<string, string | undefined> = {
    'x-consumer-id': caller.consumer,
    'x-forwarded-for': clientOf(asked),
  };
  const sent = (name: string) => valuesOf(asked, name).join(', ') || undefined;
  const given = (name: string) =>
    gets(name) ? (Object.hasOwn(own, name) ? own[name] : sent(name)) : undefined;
  const names = [...watched, ...Object.keys(own)];
  return {
    ...Object.fromEntries(claiming.map((name) => [name, undefined])),
    'x-forwarded-prefix': hiddenPrefix(policies.transformation, found) || undefined,
    ...Object.fromEntries(names.map((name) => [name, given(name)])),
    ...(policies.transformation ? changed(policies.transformation.request, given, words) : {}),
  };
}

const refused = ([status, deny]: Refusal, log: object, answer = {}): Decision => ({
  ...log,
  status,
  deny,
  answer,
});

/** The balancer appends the address that it saw. */
const clientOf = (asked: Asked): string =>
  valuesOf(asked, 'x-forwarded-for').at(-1)?.split(',').at(-1)?.trim() ?? asked.from;

function readable({ cors }: Policies, asked: Asked): Record<string, string | undefined> {
  if (!cors) return {};
  const origin = readableBy(cors, asked);
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': origin !== undefined && cors.credentials ? 'true' : undefined,
  };
}

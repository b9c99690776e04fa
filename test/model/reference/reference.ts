/**
 * What the gateways have to do, said once more, by someone who knows no HAProxy: a decision for a request, and what is
 * remembered of it. `gateway-model.test.ts` asks a real pair the same.
 */
import type { GatewayModel, Policies } from '../../../constructs/gateway';
import { type Answer, type Asked, type Decision, listed, need, Refused, Request } from '../reading/http';
import { readable, sentOn } from '../reading/request';
import { type Caller, callerOf, type Known, permit } from './callers';
import { changed, preflightAnswer, readableBy, safe, targetFor, toldOutside } from './forms';
import { isCached, isUnchanged, Limits, lookup, mayBeKept, Store } from './memory';
import { apiOf, type Found, routeOf } from './places';
import { validate } from './validation';

type Note = (more: Partial<Decision>) => void;
interface Way extends Found {
  readonly request: Request;
  readonly policies: Policies;
  readonly caller: Caller;
}

export class Reference {
  private readonly limits = new Limits();
  private readonly store = new Store();

  /** @param answerOf what the APIs answer, by what they are asked */
  constructor(
    private readonly model: GatewayModel,
    private readonly known: Known,
    private readonly answerOf: (target: string) => Answer,
  ) {}

  decide(asked: Asked): Decision {
    const said: Partial<Decision> = {};
    try {
      const answer = this.pass(new Request(asked), (more) => Object.assign(said, more));
      return { ...said, ...answer };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { headers: {}, ...said, status: error.status, deny: error.deny };
    }
  }

  /** The policies in their order. @param note what is known then, also if the next one refuses */
  private pass(request: Request, note: Note): Answer {
    const { hosts, consumers } = this.model;
    readable(request);
    need(hosts?.includes(request.host) ?? true, 421, 'no-host');
    const found = apiOf(this.model, request);
    need(found, 404, 'no-api');
    const { api } = found;
    const route = routeOf(api, request.method, request.path);
    note({ api: api.name, route: route?.name });
    if (request.isPreflight) {
      const method = request.first('access-control-request-method');
      const { cors } = routeOf(api, method, request.path)?.policies ?? api.policies;
      if (cors) return preflightAnswer(cors, request);
    }
    const policies = route?.policies ?? api.policies;
    const { rateLimit, validation } = policies;
    note({ headers: { ...safe(policies, {}), ...readableBy(policies.cors, request) } });
    const caller = callerOf(policies, request, this.known);
    const { consumer } = caller;
    note({ consumer });
    permit(api.name, policies, caller, consumers);
    if (rateLimit) {
      const place = route?.refines.includes('rateLimit') ? `${api.name}/${route.name}` : api.name;
      const whose = { consumer, address: request.client, api: '' }[rateLimit.by];
      const plan = consumers.find(({ name }) => name === consumer)?.plan;
      note({ left: this.limits.take(rateLimit, plan, `${place} ${whose}`) });
    }
    if (validation) validate(validation, request, route);
    return this.serve({ ...found, request, route, policies, caller }, note);
  }

  /** From the cache, or from the API. */
  private serve(way: Way, note: Note): Answer {
    const { api, prefix, request, route, policies, caller } = way;
    const { cache, transformation } = policies;
    const { consumer = '' } = caller;
    const looked = lookup(policies, api.name, caller, request);
    const key = cache && looked && this.store.keyOf(looked.key, cache, api, request);
    const kept = key === undefined ? undefined : this.store.kept.get(key);
    const kind = !isCached(api) ? undefined : kept ? 'HIT' : looked ? 'MISS' : 'BYPASS';
    const { client: clientAddress, method } = request;
    const words = { consumer, clientAddress, api: api.name, route: route?.name ?? '' };
    const target = targetFor(policies, way, words, looked ?? request);
    const strips = transformation?.path !== undefined && 'stripPrefix' in transformation.path;
    const hidden = strips && prefix !== '/' ? prefix : undefined;
    const answer = kept ?? this.answerOf(target);
    note({ cache: kind });
    if (!kept) {
      const told = { 'x-consumer-id': consumer || undefined, 'x-forwarded-prefix': hidden };
      const all = { ...sentOn(request, caller.spent), 'x-forwarded-for': clientAddress, ...told };
      const given = Object.entries(all).filter(([name]) => looked?.headers.includes(name) ?? true);
      const headers = changed(Object.fromEntries(given), transformation?.request, words);
      note({ reached: { method, target, headers } });
      if (key && cache && method === 'GET' && mayBeKept(cache, answer)) this.store.kept.set(key, answer);
      this.store.wrote(api, request, answer);
    }
    const taken = this.model.apis.flatMap(({ hosts }) => hosts);
    const free = (this.model.hosts ?? []).filter((host) => !taken.includes(host));
    const own = [request.host, ...(api.hosts.length > 0 ? api.hosts : free)];
    const outside = hidden ? toldOutside(answer.headers, hidden, request, own) : answer.headers;
    const hop = ['connection', ...listed(outside.connection)].map((name) => [name, undefined]);
    const ended = { ...outside, ...Object.fromEntries(hop) };
    const shown = safe(policies, changed(ended, transformation?.response, words));
    const status = kept && isUnchanged(request, kept) ? 304 : answer.status;
    return { status, headers: { ...shown, 'x-cache': kind, ...readableBy(policies.cors, request) } };
  }
}

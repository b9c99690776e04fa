/**
 * What takes two fields to see, or knowledge of AWS: checked before any call to the cloud.
 * One rule is one small function that finds one thing.
 */

import * as apis from './rules/api';
import * as canary from './rules/canary';
import * as domain from './rules/domain';
import * as gateway from './rules/gateway';
import * as identity from './rules/identity';
import * as limits from './rules/limits';
import * as listener from './rules/listener';
import * as names from './rules/names';
import * as network from './rules/network';
import * as permissions from './rules/permissions';
import * as pools from './rules/pools';
import * as promises from './rules/promises';
import * as quotas from './rules/quotas';
import * as references from './rules/references';
import { gatewayText } from './rules/rendering';
import * as routes from './rules/routes';
import * as routing from './rules/routing';
import type { ApiRule, Finding, OwnApiRule, Rule } from './rules/rule';
import { standInsApis } from './rules/sandbox';
import * as tags from './rules/tags';
import * as timing from './rules/timing';
import { usageMetricPairs } from './rules/usage-metrics';
import type { Environment } from './schema';

export type { Finding } from './rules/rule';

const rules: readonly Rule[] = [
  names.targetGroupOfGateways,
  names.reservedBeginnings,
  names.someApi,
  references.regionKnown,
  references.servicesOfRegion,
  references.arnPartition,
  references.adoptedRegion,
  references.stateName,
  references.stateRegion,
  references.imageNames,
  references.substitutions,
  references.engineMarks,
  tags.reservedTags,
  tags.tagCharacters,
  tags.tagTwice,
  tags.tagCount,
  network.networkAddress,
  network.networkSize,
  network.reservedNetwork,
  network.privateNetwork,
  network.zonesTwice,
  network.zonesOfRegion,
  network.twoZones,
  network.balancerReachesTasks,
  network.subnetTwice,
  domain.domainNeeded,
  domain.namesInZone,
  domain.listenerHasName,
  domain.certificateNames,
  domain.certificateRegion,
  domain.certificateAccount,
  routing.claimedTwice,
  listener.listenerNumbers,
  listener.operatorBlocks,
  routing.ruleCount,
  routing.wildcardCount,
  quotas.targetGroupCount,
  quotas.targetCount,
  quotas.instanceCount,
  quotas.roleCount,
  apis.gatewaySize,
  apis.cacheSize,
  gateway.membersTwice,
  gateway.memberZones,
  gateway.memberZonesByDefault,
  gateway.consumersApis,
  limits.consumersPlans,
  usageMetricPairs,
  identity.domainPrefix,
  identity.scopeCount,
  identity.clientScopes,
  standInsApis,
];

const apiRules: readonly ApiRule[] = [
  names.reservedApiNames,
  pools.poolStage,
  pools.poolPort,
  pools.poolIsKnown,
  routing.listedTwice,
  routing.pathDepth,
  routing.headerConditions,
  routes.routesCollide,
  routes.routeOutside,
  routes.routeOfAll,
  timing.requestFitsDrain,
  gateway.someConsumer,
  gateway.ownUserPool,
  gateway.allowedConsumers,
  limits.limitWindows,
  limits.defaultPlans,
  limits.tokenPlans,
];

const ownApiRules: readonly OwnApiRule[] = [
  names.targetGroupOfApi,
  apis.apiSize,
  apis.instanceRange,
  apis.healthTimes,
  apis.healthStatus,
  apis.reservedVariables,
  apis.variableTwice,
  apis.secretRegion,
  references.keyRegion,
  apis.taskDefinitionSize,
  permissions.wideStatements,
  permissions.permissionPartition,
  permissions.managedPolicyTwice,
  permissions.permissionsSize,
  canary.canaryStage,
  canary.canaryName,
  canary.canarySettings,
  promises.policiesUnenforced,
  promises.acceptedUnsaid,
  timing.deployFitsWait,
  timing.poolIsFound,
];

const ofOwn =
  (rule: OwnApiRule): ApiRule =>
  (api, name, environment) =>
    'image' in api ? rule(api, name, environment) : [];

const allApiRules = [...apiRules, ...ownApiRules.map(ofOwn)];

/** A rule, or a rule on one API, ready to be asked: each on its own, so that a doubt about one API is not about all. */
export type Check = (environment: Environment) => Iterable<Finding>;

export function checksOf({ apis: all }: Environment): Check[] {
  const ofApis = Object.keys(all).flatMap((name) =>
    allApiRules.map((rule): Check => {
      return (environment) => {
        const api = environment.apis[name];
        return api ? rule(api, name, environment) : [];
      };
    }),
  );
  return [...rules, ...ofApis];
}

/** What the data plane says of its configuration: asked last, as it may not cope with what the rules refuse. */
export const lastCheck: Check = gatewayText;

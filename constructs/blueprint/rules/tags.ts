import { ownTags } from '../resolving/tags';
import { type Rule, repeated } from './rule';

const MOST_TAGS = 50;
/** AWS services differ in more than this, and all take this. */
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

export const reservedTags: Rule = function* ({ tags }) {
  for (const key of Object.keys(tags).filter((one) => one.toLowerCase().startsWith('aws:'))) {
    yield {
      code: 'TAG_RESERVED',
      path: ['tags', key],
      where: 'key',
      message: 'Tags that begin with `aws:` are set by AWS alone.',
      given: key,
      fix: 'Give the tag another name.',
    };
  }
};

export const tagCharacters: Rule = function* ({ tags }) {
  for (const [key, value] of Object.entries(tags)) {
    if (CHARACTERS.test(key) && CHARACTERS.test(value)) continue;
    yield {
      code: 'TAG_CHARACTERS',
      path: ['tags', key],
      where: CHARACTERS.test(key) ? 'value' : 'key',
      message: `The tag \`${key}\` has a character that AWS does not take in tags.`,
      allowed: 'letters, digits, spaces and _ . : / = + - @',
      fix: 'Write it without that character.',
    };
  }
};

/** IAM takes upper and lower case of a key for the same. */
export const tagTwice: Rule = function* ({ tags }) {
  const keys = Object.keys(tags);
  for (const index of repeated(keys.map((key) => key.toLowerCase()))) {
    yield {
      code: 'LISTED_TWICE',
      path: ['tags', keys[index] ?? ''],
      where: 'key',
      message: `The tag \`${keys[index]}\` stands twice, as IAM takes upper and lower case for the same.`,
      fix: 'Remove one of the two.',
    };
  }
};

export const tagCount: Rule = function* (environment) {
  const { tags } = environment;
  // One more is the name of each resource.
  const own = Object.keys(ownTags(environment)).filter((key) => !Object.hasOwn(tags, key)).length + 1;
  const most = MOST_TAGS - own;
  const { length } = Object.keys(tags);
  if (length <= most) return;
  yield {
    code: 'TAGS_TOO_MANY',
    path: ['tags'],
    where: 'key',
    message: `There are ${length} tags, and ${own} more that Stagecraft sets.`,
    allowed: `${most}, as AWS takes ${MOST_TAGS} on a resource`,
    fix: `Remove ${length - most}.`,
  };
};

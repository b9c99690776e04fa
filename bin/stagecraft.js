#!/usr/bin/env node
// In a checkout the sources run as they are; in the published package they are compiled.
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const source = join(__dirname, '..', 'cli', 'main.ts');
if (existsSync(source)) {
  require('tsx/cjs');
  void require(source).main();
} else {
  void require('../dist/cli/main.js').main();
}

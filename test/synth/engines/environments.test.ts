/**
 * All engines provision the same of each environment file at each stage, and of the environment that says all: the same
 * resources, settings and references, and what waits for what. Does not prove: that what they all say is right, nor what AWS
 * makes of it.
 */
import { pinnedEnvironments, pinnedFull } from '../support/pinned';
import { testEngines } from './suite';

testEngines([...pinnedEnvironments(), ...pinnedFull()], { whole: true });

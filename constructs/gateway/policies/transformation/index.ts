export { names, type Placeholder, partsOf, placeholderIn } from './placeholders';
export { rules } from './rules';
export { type Transformation, transformation as schema } from './schema';

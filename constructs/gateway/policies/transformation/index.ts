export { names, type Placeholder, partsOf, placeholderIn } from './placeholders';
export { type Transformation, transformation as schema } from './schema';

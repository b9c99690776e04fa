import { readDocument } from '../../../constructs/blueprint/reading/document';

/** What a text says, as plain data. */
export const readData = (text: string): Readonly<Record<string, unknown>> =>
  readDocument(text).data as Readonly<Record<string, unknown>>;

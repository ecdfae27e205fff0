import type { Value } from './values.ts';

export type Expression =
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'column'; readonly path: readonly string[] }
  | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly Expression[] }
  /** `style`: the third argument of CONVERT. */
  | { readonly kind: 'cast'; readonly type: string; readonly value: Expression; readonly style?: number }
  | { readonly kind: 'star' }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly value: Expression }
  | { readonly kind: 'in'; readonly value: Expression; readonly list: readonly Expression[] }
  | { readonly kind: 'like'; readonly value: Expression; readonly pattern: Expression }
  | { readonly kind: 'is-null'; readonly value: Expression }
  | {
      readonly kind: 'case';
      readonly when: readonly { readonly if: Expression; readonly then: Expression }[];
      readonly otherwise?: Expression;
    }
  | { readonly kind: 'exists'; readonly select: Select };

export type Source = { readonly path: readonly string[]; readonly alias: string; readonly on?: Expression };

export type SelectItem =
  { readonly kind: 'all' } | { readonly kind: 'expression'; readonly expression: Expression; readonly alias?: string };

export type Select = {
  readonly items: readonly SelectItem[];
  readonly top?: number;
  readonly distinct: boolean;
  readonly from: readonly Source[];
  readonly where?: Expression;
  readonly orderBy: readonly { readonly by: Expression; readonly descending: boolean }[];
};

export type Statement =
  | { readonly kind: 'select'; readonly select: Select }
  /** SET, DECLARE-free settings of a session: accepted, without effect. */
  | { readonly kind: 'setting' }
  | { readonly kind: 'use'; readonly database: string }
  | { readonly kind: 'transaction' }
  | {
      readonly kind: 'insert';
      readonly table: readonly string[];
      readonly columns: readonly string[];
      readonly values: readonly Expression[];
    }
  | {
      readonly kind: 'update';
      readonly table: readonly string[];
      readonly set: readonly { readonly column: string; readonly value: Expression }[];
      readonly where?: Expression;
    }
  | { readonly kind: 'delete'; readonly table: readonly string[]; readonly where?: Expression }
  /** Everything else; `verb` is its first word. */
  | { readonly kind: 'other'; readonly verb: string };

// What the server computed from Ecore, indexed. The page knows roles, never a type by name.
import type { ClassInfo, EdgeKind, EnumValue, Feature, Role, WireSchema } from '../wire/types';

const NOTHING: WireSchema = { schemaRev: 0, root: '', packages: {}, classes: {}, enums: {} };

export class Schema {
  static readonly EMPTY = new Schema(NOTHING);

  constructor(private readonly wire: WireSchema) {}

  get rev(): number {
    return this.wire.schemaRev;
  }

  get classes(): Readonly<Record<string, ClassInfo>> {
    return this.wire.classes;
  }

  find(cls: string | undefined): ClassInfo | undefined {
    return cls === undefined ? undefined : this.wire.classes[cls];
  }

  label(cls: string): string {
    return this.wire.classes[cls]?.label ?? cls.replace(/^.*:/, '');
  }

  role(cls: string | undefined): Role {
    return this.find(cls)?.role ?? 'unknown';
  }

  isA(cls: string | undefined, wanted: string): boolean {
    return cls === wanted || (this.find(cls)?.supers.includes(wanted) ?? false);
  }

  feature(cls: string | undefined, name: string): Feature | undefined {
    return this.find(cls)?.features.find((f) => f.name === name);
  }

  features(cls: string | undefined, kind: Feature['kind']): Feature[] {
    return (this.find(cls)?.features ?? []).filter((f) => f.kind === kind);
  }

  literals(feature: Feature): readonly EnumValue[] {
    return feature.enum === undefined ? [] : (this.wire.enums[feature.enum] ?? []);
  }

  edges(cls: string | undefined): readonly EdgeKind[] {
    return this.find(cls)?.edges ?? [];
  }

  bundleOf(cls: string): string | undefined {
    return this.wire.packages[cls.split(':')[0] ?? '']?.bundle;
  }

  /** Concrete classes that a class may contain in the feature, as the schema lists them. */
  childClasses(cls: string | undefined, feature: string): string[] {
    return (this.find(cls)?.children ?? []).filter((c) => c.feature === feature).map((c) => c.class);
  }
}

package org.bufferyard.iommu.arm.smmu;

import java.util.Optional;
import org.bufferyard.iommu.arm.pgtable.LpaeWalker;
import org.bufferyard.iommu.arm.pgtable.Rights;
import org.bufferyard.iommu.arm.pgtable.TableFetch;
import org.bufferyard.iommu.arm.pgtable.TableMemory;
import org.bufferyard.iommu.arm.pgtable.TableWalker.Found;

/**
 * The translation of one configuration (SMMU architecture, 3.3 and 13): stage 1, stage 2, or both,
 * where everything that stage 1 puts out and every descriptor that it reads is an address of stage
 * 2. Stage 1 is checked whole, its rights included, before its output goes to stage 2.
 *
 * <p>Its answer stays until the next walk; only a fault allocates. A walk reads a word a level, and
 * with both stages those of stage 2 for each word of stage 1. Engine thread only.
 */
final class StageWalk {
  private final TableMemory memory;
  private final Optional<LpaeWalker> stage2;
  private final boolean protectsWalks;
  private Optional<LpaeWalker> stage1 = Optional.empty();
  private boolean stage1Disabled;

  private WalkFault fetchFault = WalkFault.NONE;
  private long phys;
  private int order;
  private int rights;

  private StageWalk(
      TableMemory memory, Optional<LpaeWalker> stage2, boolean protectsWalks) {
    this.memory = memory;
    this.stage2 = stage2;
    this.protectsWalks = protectsWalks;
  }

  /** By what an entry says of stage 2, if it has one; empty when that makes no table. */
  static Optional<StageWalk> of(TableMemory memory, StreamTableEntry entry) {
    if (!entry.config().hasStage2()) {
      return Optional.of(new StageWalk(memory, Optional.empty(), false));
    }
    StreamTableEntry.Stage2 fields = entry.stage2();
    return stage2Walker(memory, fields.vtcr(), fields.table())
        .map(walker -> new StageWalk(memory, Optional.of(walker), fields.protectsWalks()));
  }

  /** VTCR: T0SZ 5:0, SL0 7:6, TG0 15:14, PS 18:16. */
  private static Optional<LpaeWalker> stage2Walker(TableMemory memory, long vtcr, long table) {
    return LpaeWalker.stage2(
        memory,
        table,
        (int) vtcr & 0x3f,
        (int) (vtcr >>> 14) & 3,
        (int) (vtcr >>> 16) & 7,
        (int) (vtcr >>> 6) & 3);
  }

  /** The same stage 2 behind stage 1 of a context; empty when that makes no table. */
  Optional<StageWalk> behind(ContextDescriptor context) {
    StageWalk both = new StageWalk(memory, stage2, protectsWalks);
    both.stage1Disabled = context.disabled();
    TableFetch fetch = at -> both.locate(at, WalkFault.CLASS_TT);
    both.stage1 =
        LpaeWalker.stage1(
            memory,
            context.table(),
            context.sizeOffset(),
            context.granule(),
            context.outputSize(),
            fetch);
    return both.stage1.isEmpty() ? Optional.empty() : Optional.of(both);
  }

  boolean translates() {
    return stage1.isPresent() || stage2.isPresent();
  }

  /**
   * Where a structure lies that a stream table entry or descriptor points to.
   *
   * @param kind of structure: {@link WalkFault#CLASS_CD} or {@link WalkFault#CLASS_TT}
   * @return {@link TableMemory#NONE} when it cannot be read: {@link #fetchFault} says why, or
   *     nothing when memory does not answer
   */
  long locate(long address, int kind) {
    fetchFault = WalkFault.NONE;
    long at = address;
    if (stage2.isPresent()) {
      fetchFault = toPhysical(stage2.get(), address, Rights.READ, kind);
      if (!fetchFault.isNone()) {
        return TableMemory.NONE;
      }
      at = phys;
    }
    return memory.answers(at) ? at : TableMemory.NONE;
  }

  /** Why stage 2 kept the last structure back; {@link WalkFault#NONE} when it did not. */
  WalkFault fetchFault() {
    return fetchFault;
  }

  /**
   * Walks all stages.
   *
   * @param need the {@link Rights} that are needed, all of which one is enough
   * @return {@link WalkFault#NONE} when there is a page with that right
   */
  WalkFault walk(long address, int need) {
    WalkFault fault = stage1(address, need);
    if (!fault.isNone() || stage2.isEmpty()) {
      return fault;
    }
    int stage1Order = order;
    int stage1Rights = rights;
    fault = stage2(phys, need, WalkFault.CLASS_IN);
    order = Math.min(order, stage1Order);
    rights &= stage1Rights;
    return fault;
  }

  /** Walks stage 1 alone: what it puts out. Without one everything is itself. */
  WalkFault stage1(long address, int need) {
    if (stage1.isEmpty()) {
      phys = address;
      order = Long.SIZE - 1;
      rights = Rights.ALL;
      return WalkFault.NONE;
    }
    if (stage1Disabled) {
      return WalkFault.stage1(SmmuV3Event.F_TRANSLATION);
    }
    LpaeWalker walker = stage1.get();
    return switch (walker.walk(address)) {
      case NOTHING -> WalkFault.stage1(SmmuV3Event.F_TRANSLATION);
      case NOT_ACCESSED -> WalkFault.stage1(SmmuV3Event.F_ACCESS);
      case TOO_FAR -> WalkFault.stage1(SmmuV3Event.F_ADDR_SIZE);
      case BROKEN -> brokenStage1(walker);
      case PAGE -> {
        take(walker);
        yield (rights & need) != 0
            ? WalkFault.NONE
            : WalkFault.stage1(SmmuV3Event.F_PERMISSION);
      }
    };
  }

  private WalkFault brokenStage1(LpaeWalker walker) {
    return fetchFault.isNone()
        ? WalkFault.abort(false, WalkFault.CLASS_TT, stage2.isPresent() ? phys : walker.fetched())
        : fetchFault;
  }

  /** Stage 2 alone, of an address that stage 1 or a device has put out. */
  WalkFault stage2(long ipa, int need, int kind) {
    return stage2.isEmpty() ? WalkFault.NONE : toPhysical(stage2.get(), ipa, need, kind);
  }

  private WalkFault toPhysical(LpaeWalker walker, long ipa, int need, int kind) {
    Found found = walker.walk(ipa);
    return switch (found) {
      case NOTHING -> WalkFault.stage2(SmmuV3Event.F_TRANSLATION, kind, ipa);
      case NOT_ACCESSED -> WalkFault.stage2(SmmuV3Event.F_ACCESS, kind, ipa);
      case TOO_FAR -> WalkFault.stage2(SmmuV3Event.F_ADDR_SIZE, kind, ipa);
      case BROKEN -> WalkFault.abort(true, kind, walker.fetched());
      case PAGE -> {
        take(walker);
        boolean misplaced =
            protectsWalks && kind != WalkFault.CLASS_IN && walker.walkedDevice();
        yield (rights & need) != 0 && !misplaced
            ? WalkFault.NONE
            : WalkFault.stage2(SmmuV3Event.F_PERMISSION, kind, ipa);
      }
    };
  }

  private void take(LpaeWalker walker) {
    phys = walker.walkedPhys();
    order = walker.walkedOrder();
    rights = walker.walkedRights();
  }

  /** What the last walk put out. */
  long phys() {
    return phys;
  }

  /** log2 of the bytes around its address that go the same way. */
  int order() {
    return order;
  }

  /** {@link Rights} that all stages leave. */
  int rights() {
    return rights;
  }
}

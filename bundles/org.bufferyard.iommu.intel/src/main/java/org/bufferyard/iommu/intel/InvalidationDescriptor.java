package org.bufferyard.iommu.intel;

import java.util.Optional;

/**
 * One entry of the invalidation queue (VT-d specification 6.5.2, "Queued Invalidation Interface";
 * {@code intel/iommu.h: QI_*}). The first two words hold everything; the other two of a 256-bit
 * descriptor are reserved. Bits 3:0 of the first are the type.
 */
sealed interface InvalidationDescriptor {
  /** Granularities in bits 5:4 of context and IOTLB descriptors. */
  int GLOBAL = 1;

  int DOMAIN = 2;

  /** The devices of a context descriptor, the pages of an IOTLB descriptor. */
  int SELECTIVE = 3;

  int TYPE = 0xf;

  /** The two words. */
  long[] encode();

  /** What two words say; empty for a type that does not exist. Reserved bits are left out. */
  static Optional<InvalidationDescriptor> decode(long first, long second) {
    return switch ((int) first & TYPE) {
      case ContextInvalidation.TYPE -> Optional.of(ContextInvalidation.decode(first));
      case IotlbInvalidation.TYPE -> Optional.of(IotlbInvalidation.decode(first, second));
      case DeviceTlbInvalidation.TYPE -> Optional.of(DeviceTlbInvalidation.decode(first, second));
      case InterruptInvalidation.TYPE -> Optional.of(InterruptInvalidation.decode(first));
      case Wait.TYPE -> Optional.of(Wait.decode(first, second));
      case PasidIotlbInvalidation.TYPE ->
          Optional.of(PasidIotlbInvalidation.decode(first, second));
      case PasidCacheInvalidation.TYPE -> Optional.of(PasidCacheInvalidation.decode(first));
      case PasidDeviceTlbInvalidation.TYPE ->
          Optional.of(PasidDeviceTlbInvalidation.decode(first, second));
      case PageGroupResponse.TYPE -> Optional.of(PageGroupResponse.decode(first, second));
      default -> Optional.empty();
    };
  }

  /** qi_type_string(). */
  static String typeName(long first) {
    return switch ((int) first & TYPE) {
      case ContextInvalidation.TYPE -> "Context-cache Invalidation";
      case IotlbInvalidation.TYPE -> "IOTLB Invalidation";
      case DeviceTlbInvalidation.TYPE -> "Device-TLB Invalidation";
      case InterruptInvalidation.TYPE -> "Interrupt Entry Cache Invalidation";
      case Wait.TYPE -> "Invalidation Wait";
      case PasidIotlbInvalidation.TYPE -> "PASID-based IOTLB Invalidation";
      case PasidCacheInvalidation.TYPE -> "PASID-cache Invalidation";
      case PasidDeviceTlbInvalidation.TYPE -> "PASID-based Device-TLB Invalidation";
      case PageGroupResponse.TYPE -> "Page Group Response";
      default -> "UNKNOWN";
    };
  }

  private static int bits(long word, int low, int count) {
    return (int) (word >>> low) & (1 << count) - 1;
  }

  private static boolean bit(long word, int bit) {
    return (word >>> bit & 1) != 0;
  }

  private static long put(boolean set, int bit) {
    return set ? 1L << bit : 0;
  }

  /** A physical function's id is split over bits 15:12 and 63:52. */
  private static long physicalFunction(int id) {
    return (id & 0xfL) << 12 | (id >>> 4 & 0xfffL) << 52;
  }

  private static int physicalFunction(long word) {
    return bits(word, 12, 4) | bits(word, 52, 12) << 4;
  }

  /**
   * Type 1: G 5:4, DID 31:16, SID 47:32, FM 49:48.
   *
   * @param functionMask FM: 0: all bits of the source count, 1 to 3: so many of its function do not
   */
  record ContextInvalidation(int granularity, int did, int source, int functionMask)
      implements InvalidationDescriptor {
    static final int TYPE = 1;

    static ContextInvalidation decode(long first) {
      return new ContextInvalidation(
          bits(first, 4, 2), bits(first, 16, 16), bits(first, 32, 16), bits(first, 48, 2));
    }

    @Override
    public long[] encode() {
      long first =
          (long) functionMask << 48
              | (long) source << 32
              | (long) did << 16
              | (long) granularity << 4
              | TYPE;
      return new long[] {first, 0};
    }
  }

  /**
   * Type 2: G 5:4, DW 6, DR 7, DID 31:16; AM 5:0, IH 6, ADDR 63:12 of the second word.
   *
   * @param mask log2 of the pages around {@code address}
   * @param leavesOnly IH: no table went
   */
  record IotlbInvalidation(
      int granularity,
      int did,
      boolean drainWrites,
      boolean drainReads,
      long address,
      int mask,
      boolean leavesOnly)
      implements InvalidationDescriptor {
    static final int TYPE = 2;

    static IotlbInvalidation decode(long first, long second) {
      return new IotlbInvalidation(
          bits(first, 4, 2),
          bits(first, 16, 16),
          bit(first, 6),
          bit(first, 7),
          second & -1L << 12,
          bits(second, 0, 6),
          bit(second, 6));
    }

    @Override
    public long[] encode() {
      long first =
          (long) did << 16
              | put(drainReads, 7)
              | put(drainWrites, 6)
              | (long) granularity << 4
              | TYPE;
      return new long[] {first, address | put(leavesOnly, 6) | mask};
    }
  }

  /** Type 3: PFSID, MIP 20:16, SID 47:32; S 0, ADDR 63:12 of the second word. */
  record DeviceTlbInvalidation(
      int source, int physicalFunction, int depth, long address, boolean sized)
      implements InvalidationDescriptor {
    static final int TYPE = 3;

    static DeviceTlbInvalidation decode(long first, long second) {
      return new DeviceTlbInvalidation(
          bits(first, 32, 16),
          InvalidationDescriptor.physicalFunction(first),
          bits(first, 16, 5),
          second & -1L << 12,
          bit(second, 0));
    }

    @Override
    public long[] encode() {
      long first =
          (long) source << 32
              | (long) depth << 16
              | InvalidationDescriptor.physicalFunction(physicalFunction)
              | TYPE;
      return new long[] {first, address | put(sized, 0)};
    }

    int order() {
      return InvalidationDescriptor.order(address, sized);
    }
  }

  /** Type 4: G 4, IM 31:27, IIDX 47:32. */
  record InterruptInvalidation(boolean selective, int mask, int index)
      implements InvalidationDescriptor {
    static final int TYPE = 4;

    static InterruptInvalidation decode(long first) {
      return new InterruptInvalidation(bit(first, 4), bits(first, 27, 5), bits(first, 32, 16));
    }

    @Override
    public long[] encode() {
      long first = (long) index << 32 | (long) mask << 27 | put(selective, 4) | TYPE;
      return new long[] {first, 0};
    }
  }

  /**
   * Type 5: IF 4, SW 5, FN 6, PD 7, status data 63:32; its address in bits 63:2 of the second word.
   *
   * @param writes SW: the status data goes to the address
   */
  record Wait(
      boolean interrupts, boolean writes, boolean fence, boolean drain, int data, long address)
      implements InvalidationDescriptor {
    static final int TYPE = 5;

    static Wait decode(long first, long second) {
      return new Wait(
          bit(first, 4),
          bit(first, 5),
          bit(first, 6),
          bit(first, 7),
          (int) (first >>> 32),
          second & -4L);
    }

    @Override
    public long[] encode() {
      long first =
          (long) data << 32
              | put(drain, 7)
              | put(fence, 6)
              | put(writes, 5)
              | put(interrupts, 4)
              | TYPE;
      return new long[] {first, address};
    }
  }

  /**
   * Type 6: G 5:4 (2: all of a PASID, 3: pages), DID 31:16, PASID 51:32; AM 5:0, IH 6, ADDR 63:12 of
   * the second word.
   */
  record PasidIotlbInvalidation(
      int granularity, int did, int pasid, long address, int mask, boolean leavesOnly)
      implements InvalidationDescriptor {
    static final int TYPE = 6;
    static final int PASID = 2;
    static final int PAGES = 3;

    static PasidIotlbInvalidation decode(long first, long second) {
      return new PasidIotlbInvalidation(
          bits(first, 4, 2),
          bits(first, 16, 16),
          bits(first, 32, 20),
          second & -1L << 12,
          bits(second, 0, 6),
          bit(second, 6));
    }

    @Override
    public long[] encode() {
      long first = (long) pasid << 32 | (long) did << 16 | (long) granularity << 4 | TYPE;
      return new long[] {first, address | put(leavesOnly, 6) | mask};
    }
  }

  /** Type 7: G 5:4 (0: all PASIDs of a domain, 1: one, 3: global), DID 31:16, PASID 51:32. */
  record PasidCacheInvalidation(int granularity, int did, int pasid)
      implements InvalidationDescriptor {
    static final int TYPE = 7;
    static final int ALL_PASIDS = 0;
    static final int PASID = 1;
    static final int EVERYTHING = 3;

    static PasidCacheInvalidation decode(long first) {
      return new PasidCacheInvalidation(
          bits(first, 4, 2), bits(first, 16, 16), bits(first, 32, 20));
    }

    @Override
    public long[] encode() {
      long first = (long) pasid << 32 | (long) did << 16 | (long) granularity << 4 | TYPE;
      return new long[] {first, 0};
    }
  }

  /** Type 8: MIP 8:4, PFSID, SID 31:16, PASID 51:32; G 0, S 11, ADDR 63:12 of the second word. */
  record PasidDeviceTlbInvalidation(
      int source,
      int physicalFunction,
      int depth,
      int pasid,
      boolean global,
      long address,
      boolean sized)
      implements InvalidationDescriptor {
    static final int TYPE = 8;

    static PasidDeviceTlbInvalidation decode(long first, long second) {
      return new PasidDeviceTlbInvalidation(
          bits(first, 16, 16),
          InvalidationDescriptor.physicalFunction(first),
          bits(first, 4, 5),
          bits(first, 32, 20),
          bit(second, 0),
          second & -1L << 12,
          bit(second, 11));
    }

    @Override
    public long[] encode() {
      long first =
          (long) pasid << 32
              | (long) source << 16
              | (long) depth << 4
              | InvalidationDescriptor.physicalFunction(physicalFunction)
              | TYPE;
      return new long[] {first, address | put(sized, 11) | put(global, 0)};
    }

    int order() {
      return InvalidationDescriptor.order(address, sized);
    }
  }

  /**
   * Type 9: PASID_P 4, response code 15:12, RID 31:16, PASID 51:32; LPIG 2, PRG index 11:3 of the
   * second word (VT-d specification 7.7, "Page Group Response Descriptor").
   */
  record PageGroupResponse(
      int source, boolean hasPasid, int pasid, int code, int group, boolean last)
      implements InvalidationDescriptor {
    static final int TYPE = 9;
    static final int SUCCESS = 0;
    static final int INVALID = 1;
    static final int FAILURE = 15;

    static PageGroupResponse decode(long first, long second) {
      return new PageGroupResponse(
          bits(first, 16, 16),
          bit(first, 4),
          bits(first, 32, 20),
          bits(first, 12, 4),
          bits(second, 3, 9),
          bit(second, 2));
    }

    @Override
    public long[] encode() {
      long first =
          (long) pasid << 32
              | (long) source << 16
              | (long) code << 12
              | put(hasPasid, 4)
              | TYPE;
      return new long[] {first, (long) group << 3 | put(last, 2)};
    }
  }

  /**
   * log2 of the bytes of a device TLB invalidation: a page, or with S as much as the lowest clear
   * address bit says, 8 KiB for bit 12.
   */
  private static int order(long address, boolean sized) {
    return sized
        ? Paging.PAGE_SHIFT + Long.numberOfTrailingZeros(~(address >> Paging.PAGE_SHIFT)) + 1
        : Paging.PAGE_SHIFT;
  }
}

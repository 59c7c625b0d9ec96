package org.bufferyard.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.check.CheckRule;
import org.bufferyard.platform.check.CheckSession;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.MachineSpec.Architecture;
import org.bufferyard.platform.spec.MemorySpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.spec.PoolSpec;

/** A stream written by hand, on a board with a PCI card "card", and "cam" and "gpu" on the chip. */
public final class Stream {
  static final long PAGE = 0x8000_1000L;
  public static final int BOTH = DmaDirection.BIDIRECTIONAL.code();
  public static final int TO = DmaDirection.TO_DEVICE.code();
  public static final int FROM = DmaDirection.FROM_DEVICE.code();

  private final CheckSession session;
  private final List<Finding> found = new ArrayList<>();

  private Stream(CheckSession session) {
    this.session = session;
  }

  /** One rule over a stream of an arm64 board without a bounce pool. */
  public static Stream of(CheckRule rule) {
    return of(rule, KernelProfile.LINUX_7_3, board(Architecture.ARM64, MachineSpec.Bounce.NONE));
  }

  public static Stream of(CheckRule rule, KernelProfile kernel, PlatformSpec board) {
    return new Stream(
        new RuleBook(List.of(rule), List.of()).open(board, kernel, Set.of(rule.family())));
  }

  /** One rule over a stream that runs already. */
  public static Stream joined(CheckRule rule) {
    return new Stream(
        new RuleBook(List.of(rule), List.of())
            .join(
                board(Architecture.ARM64, MachineSpec.Bounce.NONE),
                KernelProfile.LINUX_7_3,
                Set.of(rule.family())));
  }

  public static PlatformSpec board(Architecture architecture, MachineSpec.Bounce swiotlb) {
    MachineSpec machine =
        new MachineSpec(
            architecture,
            0xffff_ffffL,
            true,
            true,
            Optional.empty(),
            swiotlb,
            MachineSpec.IommuMode.STRICT);
    PoolSpec pool =
        new PoolSpec(
            "pool",
            "pool",
            new PhysRange(0x9000_0000L, 0x10_0000),
            PoolSpec.Kind.COHERENT,
            "coherent-pool",
            true,
            true,
            false,
            false);
    return new PlatformSpec(
        "board",
        machine,
        List.of(new MemorySpec("dram", new PhysRange(0x8000_0000L, 0x4000_0000L))),
        List.of(pool),
        List.of(),
        List.of(device("card", true), device("cam", false), device("gpu", false)));
  }

  private static DeviceSpec device(String id, boolean pci) {
    return new DeviceSpec(
        id,
        id,
        pci ? "0000:00:10.0" : "soc/" + id,
        "vnd," + id,
        "",
        DeviceSpec.Reach.platformDefault(false),
        DeviceSpec.Limits.DEFAULT,
        pci,
        List.of(),
        List.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Map.of());
  }

  public Stream see(DmaEvent... events) {
    found.addAll(session.read(List.of(events)));
    return this;
  }

  void clearWarnOnce() {
    session.clearWarnOnce();
  }

  public List<Finding> end() {
    found.addAll(session.end());
    return found;
  }

  public List<Finding> found() {
    return found;
  }

  List<String> rules() {
    return found.stream().map(f -> f.rule().id()).toList();
  }

  public static DmaEvent map(String device, long dma, long size, int direction, DmaAttr... attrs) {
    return new DmaEvent.Mapped(device, dma, size, dma, direction, bits(attrs));
  }

  public static DmaEvent checked(String device, long dma) {
    return new DmaEvent.ErrorChecked(device, dma);
  }

  public static DmaEvent unmap(
      String device, long dma, long size, int direction, DmaAttr... attrs) {
    return new DmaEvent.Unmapped(device, dma, size, direction, bits(attrs));
  }

  static long bits(DmaAttr... attrs) {
    long bits = 0;
    for (DmaAttr attr : attrs) {
      bits |= attr.mask();
    }
    return bits;
  }

  /** A list of pages in a row, each mapped where it lies. */
  public static DmaEvent.SgMapped list(String device, long dma, int entries, int direction) {
    return list(device, dma, entries, 4096, direction, 65536, -1L);
  }

  static DmaEvent.SgMapped list(
      String device,
      long dma,
      int entries,
      long length,
      int direction,
      long maxSegment,
      long boundary) {
    return new DmaEvent.SgMapped(
        device,
        direction,
        addresses(dma, entries, length),
        lengths(entries, length),
        addresses(dma, entries, length),
        lengths(entries, length),
        0,
        new DmaEvent.SegmentLimits(maxSegment, boundary));
  }

  public static DmaEvent listUnmapped(String device, long dma, int entries, int direction) {
    return new DmaEvent.SgUnmapped(
        device,
        direction,
        addresses(dma, entries, 4096),
        addresses(dma, entries, 4096),
        lengths(entries, 4096),
        0);
  }

  static DmaEvent listSynced(
      String device, long dma, int entries, int direction, boolean forDevice) {
    return new DmaEvent.SgSynced(
        device, addresses(dma, entries, 4096), lengths(entries, 4096), direction, forDevice);
  }

  static long[] addresses(long first, int count, long step) {
    long[] addresses = new long[count];
    for (int i = 0; i < count; i++) {
      addresses[i] = first + i * step;
    }
    return addresses;
  }

  static long[] lengths(int count, long each) {
    long[] lengths = new long[count];
    java.util.Arrays.fill(lengths, each);
    return lengths;
  }
}

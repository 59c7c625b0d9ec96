package org.bufferyard.scenario;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.dma.DmaRangeMap;
import org.bufferyard.api.dma.PciPath;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.DeviceSpec.Limits;
import org.bufferyard.platform.spec.DeviceSpec.Reach;
import org.bufferyard.platform.spec.IommuSpec;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.MachineSpec.Architecture;
import org.bufferyard.platform.spec.MachineSpec.Bounce;
import org.bufferyard.platform.spec.MachineSpec.BounceMode;
import org.bufferyard.platform.spec.MachineSpec.IommuMode;
import org.bufferyard.platform.spec.MemorySpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.ShareQuestion;

/**
 * A board with one codec and one scaler in which every number can be set: 2 GiB of RAM from
 * 0x40000000, an 8 MiB no-map pool at 0x50000000 for the codec, a SysMMU for the scaler.
 */
final class DrawnBoard {
  static final String CODEC = "codec";
  static final String SCALER = "scaler";

  Architecture architecture = Architecture.ARM64;
  long poolBase = 0x5000_0000L;
  long poolSize = 8 << 20;
  boolean poolReusable;
  boolean poolExclusive = true;
  boolean poolNoMap = true;
  boolean codecHasPool = true;
  boolean codecTranslated;
  String codecModel = "test,codec";
  String scalerModel = "test,scaler";
  Optional<Boolean> scalerContiguous = Optional.empty();
  Optional<String> codecOps = Optional.empty();
  List<PhysRange> ram = List.of(new PhysRange(0x4000_0000L, 2L << 30));
  long cmaSize = 64 << 20;
  String iommuModel = "samsung,exynos-sysmmu";
  boolean codecCoherent;
  boolean scalerTranslated = true;
  boolean scalerCoherent;
  boolean iommuEnabled = true;
  boolean oneGroup;
  boolean passthrough;
  long scalerMask = 0xffff_ffffL;
  long codecMask = 0xffff_ffffL;
  long scalerMaxSegment = 0xffff_ffffL;
  long scalerBoundary = -1L;
  DmaRangeMap scalerWindow = DmaRangeMap.IDENTITY;
  DmaRangeMap codecWindow = DmaRangeMap.IDENTITY;
  BounceMode bounce = BounceMode.AUTO;
  long cmaBase = 0xa000_0000L;
  KernelProfile kernel = KernelProfile.LINUX_7_3;
  OpsPolicy policy = OpsPolicy.MAINLINE;
  String exporter = CODEC;
  String importer = SCALER;
  MemoryKind memory = MemoryKind.DEFAULT;
  long bufferBytes = 64 << 10;
  List<PhysRange> codecRegisters = List.of();
  Optional<PciPath> codecPath = Optional.empty();
  Optional<PciPath> scalerPath = Optional.empty();

  PlatformSpec spec() {
    return new PlatformSpec(
        "drawn",
        machine(),
        ram.stream().map(bank -> new MemorySpec(DmaAddress.hex(bank.base()), bank)).toList(),
        List.of(pool()),
        List.of(
            new IommuSpec(
                "sysmmu", "sysmmu", iommuModel, iommuEnabled, Map.of())),
        List.of(
            device(
                CODEC,
                codecMask,
                codecWindow,
                codecCoherent,
                codecTranslated,
                Limits.DEFAULT,
                codecHasPool ? List.of("pool") : List.of()),
            device(
                SCALER,
                scalerMask,
                scalerWindow,
                scalerCoherent,
                scalerTranslated,
                new Limits(OptionalLong.of(scalerMaxSegment), scalerBoundary, 0),
                List.of())));
  }

  private MachineSpec machine() {
    Bounce swiotlb =
        bounce == BounceMode.OFF
            ? Bounce.NONE
            : new Bounce(bounce, Optional.of(new PhysRange(0x6000_0000L, 4 << 20)), 1);
    return new MachineSpec(
        architecture,
        0xffff_ffffL,
        true,
        false,
        Optional.of(new PhysRange(cmaBase, cmaSize)),
        swiotlb,
        new IommuMode(passthrough, true, false));
  }

  private PoolSpec pool() {
    PoolSpec pool =
        new PoolSpec(
            "pool",
            "codec-pool",
            new PhysRange(poolBase, poolSize),
            PoolSpec.Kind.COHERENT,
            "coherent-pool",
            poolNoMap,
            poolExclusive,
            false,
            false);
    return poolReusable ? pool.reusable() : pool;
  }

  private DeviceSpec device(
      String name,
      long mask,
      DmaRangeMap window,
      boolean coherent,
      boolean translated,
      Limits limits,
      List<String> pools) {
    boolean behind = translated && iommuEnabled;
    DeviceSpec device =
        new DeviceSpec(
            name,
            name,
            "/" + name,
            name.equals(CODEC) ? codecModel : scalerModel,
            "test#Device",
            new Reach(OptionalLong.of(mask), mask, busLimit(window), window, coherent, true),
            limits,
            false,
            behind ? List.of(new StreamId("sysmmu", List.of())) : List.of(),
            pools,
            oneGroup ? Optional.of("shared") : Optional.empty(),
            name.equals(CODEC) ? codecRegisters : List.of(),
            List.of(),
            name.equals(CODEC) ? codecOps : Optional.empty(),
            name.equals(CODEC) ? Optional.empty() : scalerContiguous,
            Map.of());
    return (name.equals(CODEC) ? codecPath : scalerPath).map(device::at).orElse(device);
  }

  /** A5: the end of the last region limits what the bus carries. */
  private static long busLimit(DmaRangeMap window) {
    return window.regions().stream()
        .map(r -> r.dma() + r.size() - 1)
        .max(Long::compareUnsigned)
        .orElse(0L);
  }

  static DmaRangeMap window(long cpu, long dma, long size) {
    return new DmaRangeMap(List.of(new DmaRange(cpu, dma, size)));
  }

  ShareQuestion question() {
    return new ShareQuestion(
        spec(),
        kernel,
        exporter,
        List.of(importer),
        memory,
        bufferBytes,
        List.of(policy),
        Optional.empty());
  }
}

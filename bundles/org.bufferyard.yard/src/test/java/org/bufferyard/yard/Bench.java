package org.bufferyard.yard;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.api.dma.DmaRangeMap;
import org.bufferyard.api.dmabuf.DmaBufs;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.IommuSpec;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.MemorySpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.bufferyard.platform.yard.DmaBufEngineContext;
import org.bufferyard.platform.yard.DmaEngineContext;
import org.bufferyard.platform.yard.Domain;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardOptions;

/**
 * A board to be put together and opened with fakes: 1 GiB of RAM at 1 GiB, a no-map pool, a CMA
 * area, and whatever a test adds.
 */
final class Bench {
  static final PhysRange RAM = new PhysRange(0x4000_0000L, 0x4000_0000L);
  static final PhysRange POOL = new PhysRange(0x7000_0000L, 0x40_0000L);
  static final PhysRange CMA = new PhysRange(0x7100_0000L, 0x100_0000L);

  final FakeKinds kinds = new FakeKinds();
  final List<MemorySpec> memory = new ArrayList<>(List.of(new MemorySpec("ram0", RAM)));
  final List<PoolSpec> pools = new ArrayList<>();
  final List<IommuSpec> iommus = new ArrayList<>();
  final List<DeviceSpec> devices = new ArrayList<>();
  MachineSpec machine = machine(MachineSpec.IommuMode.STRICT, MachineSpec.Bounce.NONE);

  /** What the engines were opened with. */
  DmaEngineContext dmaContext;

  DmaBufEngineContext bufContext;

  Bench() {
    pools.add(pool("pool0", POOL, PoolSpec.Kind.COHERENT, "coherent-pool", true));
    pools.add(pool("cma0", CMA, PoolSpec.Kind.CMA, "cma", false));
  }

  static MachineSpec machine(MachineSpec.IommuMode mode, MachineSpec.Bounce bounce) {
    return new MachineSpec(
        MachineSpec.Architecture.ARM64, 0xffff_ffffL, true, false, Optional.empty(), bounce, mode);
  }

  /** How the board's IOMMUs are set up from here on. */
  void mode(boolean passthrough, boolean strict) {
    machine =
        machine(new MachineSpec.IommuMode(passthrough, strict, false), MachineSpec.Bounce.NONE);
  }

  /** Of a device behind an IOMMU. */
  static Domain domain(YardDevice device) {
    return device.domain().orElseThrow();
  }

  static PoolSpec pool(
      String id, PhysRange range, PoolSpec.Kind kind, String allocator, boolean noMap) {
    return new PoolSpec(id, id, range, kind, allocator, noMap, true, false, false);
  }

  /** A device with parts that a test changes. */
  static final class Part {
    private final String id;
    DmaRangeMap windows = DmaRangeMap.IDENTITY;
    long coherentMask = 0xffff_ffffL;
    boolean pci;
    List<StreamId> streams = List.of();
    List<String> pools = List.of();
    Optional<String> group = Optional.empty();
    List<PhysRange> registers = List.of();
    List<PhysRange> reservedIova = List.of();
    List<PhysRange> identityIova = List.of();

    Part(String id) {
      this.id = id;
    }

    Part behind(String iommu, long stream) {
      streams = List.of(new StreamId(iommu, List.of(stream)));
      return this;
    }

    Part pools(String... ids) {
      pools = List.of(ids);
      return this;
    }

    Part window(long cpu, long dma, long size) {
      windows = new DmaRangeMap(List.of(new DmaRange(cpu, dma, size)));
      return this;
    }

    Part group(String name) {
      group = Optional.of(name);
      return this;
    }

    DeviceSpec spec() {
      return new DeviceSpec(
          id,
          id,
          "/" + id,
          "test," + id,
          "urn:test#Device",
          new DeviceSpec.Reach(OptionalLong.of(0xffff_ffffL), coherentMask, 0, windows, false, true),
          DeviceSpec.Limits.DEFAULT,
          pci,
          streams,
          pools,
          group,
          registers,
          reservedIova,
          Optional.empty(),
          Optional.empty(),
          Map.of(),
          identityIova,
          Optional.empty());
    }
  }

  Bench device(Part part) {
    devices.add(part.spec());
    return this;
  }

  Bench device(String id) {
    return device(new Part(id));
  }

  Bench iommu(String id, String model) {
    iommus.add(new IommuSpec(id, id, model, true, Map.of()));
    return this;
  }

  PlatformSpec spec() {
    return new PlatformSpec("bench", machine, memory, pools, iommus, devices);
  }

  Yard open() {
    return open(KernelProfile.DEFAULT);
  }

  Yard open(KernelProfile kernel) {
    return open(YardOptions.fidelity(kernel));
  }

  Yard open(YardOptions options) {
    YardOpener opener =
        new YardOpener(
            kinds,
            context -> {
              dmaContext = context;
              return nothing(Dma.class);
            },
            context -> {
              bufContext = context;
              return nothing(DmaBufs.class);
            });
    return opener.open(spec(), options);
  }

  /** An engine that is never asked for more than a number, and has nothing to do. */
  private static <T> T nothing(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              if (method.getReturnType() == int.class) {
                return 0;
              }
              if (method.getReturnType() == void.class) {
                return null;
              }
              throw new UnsupportedOperationException(method.getName());
            }));
  }
}

package org.bufferyard.importer.recorded;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.Reader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.kernel.KernelVersion;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.recorded.RecordedBoot;
import org.bufferyard.platform.recorded.RecordedEnvironments;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.IommuSpec;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Compiles recorded environments to boards. */
@Component
public final class EnvironmentReader implements RecordedEnvironments {
  /** The emulated SMMU: OAS, the device's name, no class in its events, and queues of 1 MiB each. */
  private static final Map<String, String> SMMU =
      Map.of(
          "oas", "44",
          "device", "9050000.smmuv3",
          "event-class", "0",
          "cmdq-shift", "16",
          "evtq-shift", "15");

  /** 2^24 - 1: the ISA DMA zone. */
  private static final long X86_ZONE_DMA = 0xff_ffffL;

  private static final long U32_MAX = 0xffff_ffffL;

  private static final KernelVersion KMALLOC_BOUNCE_SINCE = new KernelVersion(6, 5);

  private final RecordingMachine machine;

  /** Stateless but for the facts it carries. */
  @Activate
  public EnvironmentReader() {
    machine = new RecordingMachine();
  }

  @Override
  public RecordedBoot read(Reader json, String where) {
    Field environment = new Field(parse(json, where), where, "");
    try {
      return boot(environment);
    } catch (IllegalArgumentException e) {
      // A number that is one, but that no range or mask can have.
      throw environment.wrong("holds an impossible number: " + e.getMessage());
    }
  }

  private RecordedBoot boot(Field environment) {
    String run = environment.member("run").text();
    String architecture = environment.member("arch").text();
    String config = environment.member("config").text();
    String release = environment.member("kernel").text();
    KernelProfile kernel = profile(environment.member("kernel"));
    boolean arm64 = isArm64(environment.member("arch"));

    RecordedMemory memory = new RecordedMemory(machine);
    List<PoolSpec> pools = memory.pools(environment, arm64);
    Optional<IommuSpec> iommu = iommu(config);
    List<DeviceSpec> devices = new RecordedDevices(machine, iommu, pools).devices(environment);
    PlatformSpec board =
        new PlatformSpec(
            run,
            new MachineSpec(
                arm64 ? MachineSpec.Architecture.ARM64 : MachineSpec.Architecture.X86,
                arm64 ? arm64ZoneDma(devices) : X86_ZONE_DMA,
                arm64,
                arm64 && kernel.version().compareTo(KMALLOC_BOUNCE_SINCE) >= 0,
                defaultCma(environment, arm64),
                bounce(environment, run, config, architecture),
                new MachineSpec.IommuMode(
                    config.contains("passthrough") || config.contains("vtd-pt"),
                    !config.contains("lazy"),
                    config.contains("forcedac")),
                debugging(environment)),
            memory.banks(environment, pools),
            pools,
            iommu.stream().toList(),
            devices);
    return new RecordedBoot(
        run, architecture, config, release, kernel, board, arenas(environment.member("arenas")));
  }

  /** Debug kernels were built for the recording, and say with what. */
  private static MachineSpec.Debugging debugging(Field environment) {
    String built = environment.optional("built_from").map(Field::text).orElse("");
    return new MachineSpec.Debugging(
        built.contains("DMA_API_DEBUG"), built.contains("DMABUF_DEBUG"));
  }

  private static JsonElement parse(Reader json, String where) {
    try {
      return JsonParser.parseReader(json);
    } catch (JsonParseException e) {
      throw new BadInputException(
          "no JSON: " + e.getMessage(), where, "give the environment file as recorded");
    }
  }

  private static KernelProfile profile(Field release) {
    try {
      KernelVersion version = KernelVersion.parse(release.text());
      return KernelProfile.ALL.stream()
          .filter(p -> !p.isHistoric() && p.version().equals(version))
          .findFirst()
          .orElseThrow(() -> release.wrong("has no profile: " + release.text()));
    } catch (IllegalArgumentException e) {
      throw release.wrong("is no kernel release: " + release.text());
    }
  }

  private static boolean isArm64(Field architecture) {
    return switch (architecture.text()) {
      case "arm64" -> true;
      case "x86" -> false;
      default -> throw architecture.wrong("is neither arm64 nor x86: " + architecture.text());
    };
  }

  /**
   * {@code of_dma_get_max_cpu_address()}: of every node with dma-ranges the highest CPU address, of
   * these the lowest; at most 4 GiB where there is RAM below ({@code arch/arm64/mm/init.c:
   * zone_sizes_init()}).
   */
  private static long arm64ZoneDma(List<DeviceSpec> devices) {
    return devices.stream()
        .map(d -> d.reach().rangeMap())
        .filter(map -> !map.isIdentity())
        .mapToLong(
            map -> map.regions().stream().mapToLong(r -> r.cpu() + r.size() - 1).max().orElse(-1))
        .reduce(U32_MAX, Math::min);
  }

  private Optional<PhysRange> defaultCma(Field environment, boolean arm64) {
    Optional<PhysRange> recorded =
        environment
            .optional("cma_default")
            .map(c -> new PhysRange(c.member("base").number(), c.member("mib").number() << 20));
    // Debian's x86 kernels have no CMA; arm64 boots without an early log lay as the others.
    return recorded.isPresent() || !arm64 ? recorded : Optional.of(machine.defaultCma());
  }

  private MachineSpec.Bounce bounce(
      Field environment, String run, String config, String architecture) {
    if (config.startsWith("noswiotlb")) {
      return MachineSpec.Bounce.NONE;
    }
    PhysRange region =
        environment
            .optional("swiotlb")
            .map(
                s -> {
                  long start = s.member("start").number();
                  return new PhysRange(start, s.member("end").number() - start);
                })
            .orElseGet(() -> machine.bounceOf(run, architecture));
    boolean forced = config.startsWith("swiotlb-");
    return new MachineSpec.Bounce(
        forced ? MachineSpec.BounceMode.FORCE : MachineSpec.BounceMode.AUTO,
        Optional.of(region),
        1);
  }

  private static Optional<IommuSpec> iommu(String config) {
    if (config.startsWith("smmu-")) {
      return Optional.of(
          new IommuSpec("smmu", "smmuv3@9050000", "arm,smmu-v3", true, SMMU));
    }
    if (config.startsWith("vtd-")) {
      // The emulated VT-d offers 39 bits unless told otherwise.
      String bits = config.contains("aw48") ? "48" : "39";
      return Optional.of(
          new IommuSpec("vtd", "dmar0", "intel,vt-d", true, Map.of("address-bits", bits)));
    }
    return Optional.empty();
  }

  private static Map<String, PhysRange> arenas(Field arenas) {
    Map<String, PhysRange> ranges = new LinkedHashMap<>();
    for (String letter : arenas.names()) {
      Field arena = arenas.member(letter);
      ranges.put(
          letter,
          new PhysRange(
              arena.at(0).number() << PageRef.SHIFT, arena.at(1).number() << PageRef.SHIFT));
    }
    return ranges;
  }
}

package org.bufferyard.scenario.explain;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dma.DmaRangeMap;
import org.bufferyard.api.dma.PciPath;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.DeviceSpec.Reach;
import org.bufferyard.platform.spec.IommuSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.bufferyard.platform.verdict.MemoryKind;
import org.bufferyard.platform.verdict.ShareQuestion;

/** One thing that could be otherwise on a board, most useful first. */
enum BoardChange {
  /** The importer gets an IOMMU of a kind that the board has already. */
  IMPORTER_BEHIND_IOMMU {
    @Override
    Optional<PlatformSpec> apply(ShareQuestion question, String importer) {
      PlatformSpec board = question.board();
      DeviceSpec device = device(question, importer);
      if (!device.streams().isEmpty()) {
        return Optional.empty();
      }
      String model =
          board.iommus().stream()
              .filter(IommuSpec::enabled)
              .map(IommuSpec::model)
              .findFirst()
              .orElse(COMMON_IOMMU);
      StreamId stream = new StreamId(ADDED, List.of());
      return Optional.of(
          board
              .plus(new IommuSpec(ADDED, ADDED, model, true, Map.of()))
              .with(device.withStreams(List.of(stream))));
    }

    @Override
    String text(ShareQuestion question, String importer) {
      return "an IOMMU before '" + device(question, importer).name() + "'";
    }
  },

  /** The importer drives all address bits. */
  IMPORTER_WIDE_MASK {
    @Override
    Optional<PlatformSpec> apply(ShareQuestion question, String importer) {
      Reach reach = device(question, importer).reach();
      if (reach.dmaMask().orElse(0) == -1L) {
        return Optional.empty();
      }
      Reach wide =
          new Reach(
              OptionalLong.of(-1L),
              -1L,
              reach.busDmaLimit(),
              reach.rangeMap(),
              reach.coherent(),
              true);
      return Optional.of(question.board().with(device(question, importer).with(wide)));
    }

    @Override
    String text(ShareQuestion question, String importer) {
      OptionalLong mask = device(question, importer).reach().dmaMask();
      return "a 64-bit mask for '"
          + device(question, importer).name()
          + "' instead of "
          + (mask.isPresent() ? DmaAddress.hex(mask.getAsLong()) : "none");
    }
  },

  /** The importer's bus shows all of memory at its own addresses. */
  IMPORTER_OPEN_BUS {
    @Override
    Optional<PlatformSpec> apply(ShareQuestion question, String importer) {
      Reach reach = device(question, importer).reach();
      if (reach.rangeMap().isIdentity() && reach.busDmaLimit() == 0) {
        return Optional.empty();
      }
      Reach open =
          new Reach(OptionalLong.of(-1L), -1L, 0, DmaRangeMap.IDENTITY, reach.coherent(), true);
      return Optional.of(question.board().with(device(question, importer).with(open)));
    }

    @Override
    String text(ShareQuestion question, String importer) {
      return "a bus window of '" + device(question, importer).name() + "' that holds all of memory";
    }
  },

  /** The importer sees memory as the exporter does: both through the caches, or both past them. */
  IMPORTER_COHERENT_AS_EXPORTER {
    @Override
    Optional<PlatformSpec> apply(ShareQuestion question, String importer) {
      boolean wanted = device(question, question.exporter()).reach().coherent();
      Reach reach = device(question, importer).reach();
      if (reach.coherent() == wanted) {
        return Optional.empty();
      }
      Reach changed =
          new Reach(
              reach.dmaMask(),
              reach.coherentDmaMask(),
              reach.busDmaLimit(),
              reach.rangeMap(),
              wanted,
              reach.masksStated());
      return Optional.of(question.board().with(device(question, importer).with(changed)));
    }

    @Override
    String text(ShareQuestion question, String importer) {
      boolean wanted = device(question, question.exporter()).reach().coherent();
      return "'"
          + device(question, importer).name()
          + (wanted ? "' dma-coherent" : "' not dma-coherent")
          + ", as the exporter is";
    }
  },

  /** The host bridge of both forwards between functions (F14). */
  PEERS_FORWARDED {
    @Override
    Optional<PlatformSpec> apply(ShareQuestion question, String importer) {
      DeviceSpec exporter = device(question, question.exporter());
      if (question.memory() != MemoryKind.RESOURCE
          || !forwards(exporter)
          || !forwards(device(question, importer))) {
        return Optional.empty();
      }
      return Optional.of(
          question
              .board()
              .with(forwarding(exporter))
              .with(forwarding(device(question, importer))));
    }

    /** Whether it could: a PCI function of which it is known where it stands. */
    private boolean forwards(DeviceSpec device) {
      return device.pciPath().isPresent();
    }

    private DeviceSpec forwarding(DeviceSpec device) {
      PciPath path = device.pciPath().orElseThrow();
      return device.at(
          new PciPath(
              path.hostBridge(), PciPath.Peers.ANY_HOST_BRIDGE, path.busOffset(), path.upstream()));
    }

    @Override
    String text(ShareQuestion question, String importer) {
      return "host bridges that forward between functions, and are on the kernel's list for it";
    }
  },

  /** The exporter's pool keeps its pages. */
  POOL_REUSABLE {
    @Override
    Optional<PlatformSpec> apply(ShareQuestion question, String importer) {
      return coherentPool(question).map(pool -> question.board().with(pool.reusable()));
    }

    @Override
    String text(ShareQuestion question, String importer) {
      return "pool '"
          + coherentPool(question).map(PoolSpec::name).orElse("")
          + "' declared reusable (CMA), so that its memory has pages";
    }
  },

  /** The exporter does without its pool. */
  EXPORTER_WITHOUT_POOL {
    @Override
    Optional<PlatformSpec> apply(ShareQuestion question, String importer) {
      return coherentPool(question)
          .map(
              pool ->
                  question
                      .board()
                      .with(device(question, question.exporter()).withPools(List.of())));
    }

    @Override
    String text(ShareQuestion question, String importer) {
      return "'" + device(question, question.exporter()).name() + "' without its memory-region";
    }
  },

  /** The exporter is not translated: a pool's address is never mapped in its own IOMMU (B2). */
  EXPORTER_WITHOUT_IOMMU {
    @Override
    Optional<PlatformSpec> apply(ShareQuestion question, String importer) {
      DeviceSpec device = device(question, question.exporter());
      return device.streams().isEmpty()
          ? Optional.empty()
          : Optional.of(question.board().with(device.withStreams(List.of())));
    }

    @Override
    String text(ShareQuestion question, String importer) {
      return "'" + device(question, question.exporter()).name() + "' without its IOMMU";
    }
  };

  private static final String ADDED = "what-if-iommu";

  /** The format that a board without any IOMMU is tried with. */
  private static final String COMMON_IOMMU = "samsung,exynos-sysmmu";

  /** The board with this change; empty where it changes nothing. */
  abstract Optional<PlatformSpec> apply(ShareQuestion question, String importer);

  /** The change in words. */
  abstract String text(ShareQuestion question, String importer);

  private static DeviceSpec device(ShareQuestion question, String id) {
    return question.board().device(id).orElseThrow();
  }

  /** The pool that serves the exporter's dma_alloc_attrs. */
  private static Optional<PoolSpec> coherentPool(ShareQuestion question) {
    return device(question, question.exporter()).pools().stream()
        .flatMap(id -> question.board().pool(id).stream())
        .filter(p -> p.kind() == PoolSpec.Kind.COHERENT)
        .findFirst();
  }
}

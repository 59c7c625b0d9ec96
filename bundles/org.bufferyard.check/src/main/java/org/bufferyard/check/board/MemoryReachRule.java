package org.bufferyard.check.board;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.platform.check.BoardRule;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.check.Finding.Severity;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.MachineSpec.BounceMode;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.osgi.service.component.annotations.Component;

/**
 * Memory that a device without IOMMU does not reach is bounced, or cannot be mapped where there is
 * nothing to bounce in (A8, E2); and a pool without a linear mapping cannot be bounced at all: the
 * kernel dies over it (C1). Stateless; safe for any thread.
 */
@Component
public final class MemoryReachRule implements BoardRule {
  private static final Rule CAPABLE = Rule.of("A8", "dma_capable");
  private static final Rule BOUNCED = Rule.of("E2", "swiotlb_map");
  private static final Rule BEYOND = Rule.of("E6", "swiotlb_map");
  private static final Rule NO_LINEAR_MAPPING = Rule.of("C1", "swiotlb_bounce");

  @Override
  public List<Finding> check(PlatformSpec board, KernelProfile kernel) {
    List<Finding> findings = new ArrayList<>();
    for (DeviceSpec device : board.devices()) {
      DeviceReach reach = new DeviceReach(board, device);
      if (!reach.isTranslated() && !isRestricted(board, device)) {
        memory(board, device, reach, findings);
        pools(board, device, reach, findings);
      }
    }
    return findings;
  }

  private static boolean isRestricted(PlatformSpec board, DeviceSpec device) {
    return device.pools().stream()
        .flatMap(id -> board.pool(id).stream())
        .anyMatch(p -> p.kind() == PoolSpec.Kind.RESTRICTED);
  }

  private static void memory(
      PlatformSpec board, DeviceSpec device, DeviceReach reach, List<Finding> findings) {
    Optional<PhysRange> beyond =
        board.memory().stream()
            .map(m -> m.range())
            .filter(r -> !reach.reaches(r, reach.streamingLimit()))
            .findFirst();
    if (beyond.isEmpty()) {
      return;
    }
    String what =
        device.name()
            + " does not reach all memory of the bank at "
            + Board.hex(beyond.get().base())
            + " (limit "
            + Board.hex(reach.streamingLimit())
            + ")";
    Optional<PhysRange> pool = board.machine().swiotlb().region();
    if (board.machine().swiotlb().mode() == BounceMode.OFF || pool.isEmpty()) {
      findings.add(
          Board.finding(
              Severity.WARNING,
              CAPABLE,
              device.id(),
              what + ", and there is no bounce pool: such buffers cannot be mapped"));
    } else if (!reach.reaches(pool.get(), reach.streamingLimit())) {
      findings.add(
          Board.finding(
              Severity.WARNING,
              BEYOND,
              device.id(),
              what + ", and the bounce pool is out of its reach too: such mappings fail"));
    } else {
      findings.add(
          Board.finding(
              Severity.NOTE, BOUNCED, device.id(), what + ": such buffers are bounced"));
    }
  }

  /** Pools of others that it would have to bounce. */
  private static void pools(
      PlatformSpec board, DeviceSpec device, DeviceReach reach, List<Finding> findings) {
    boolean bounces =
        board.machine().swiotlb().mode() != BounceMode.OFF
            && board.machine().swiotlb().region().isPresent();
    for (PoolSpec pool : board.pools()) {
      boolean fatal =
          bounces
              && pool.kind() == PoolSpec.Kind.COHERENT
              && pool.noMap()
              && !device.pools().contains(pool.id())
              && isUsed(board, pool)
              && (board.machine().swiotlb().mode() == BounceMode.FORCE
                  || !reach.reaches(pool.range(), reach.streamingLimit()));
      if (fatal) {
        findings.add(
            Board.finding(
                Severity.WARNING,
                NO_LINEAR_MAPPING,
                device.id(),
                "a buffer from pool "
                    + pool.name()
                    + " shared with "
                    + device.name()
                    + " the mainline way has to bounce, and the kernel dies in swiotlb_bounce():"
                    + " the pool has no linear mapping"));
      }
    }
  }

  private static boolean isUsed(PlatformSpec board, PoolSpec pool) {
    return board.devices().stream().anyMatch(d -> d.pools().contains(pool.id()));
  }
}

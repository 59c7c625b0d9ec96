package org.bufferyard.check.board;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.platform.check.BoardRule;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.check.Finding.Severity;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.spec.PoolSpec;
import org.osgi.service.component.annotations.Component;

/**
 * A device's own pool is handed out without a look at its masks, its windows or its IOMMU (B2, B3).
 * Stateless; safe for any thread.
 */
@Component
public final class PoolReachRule implements BoardRule {
  private static final Rule BASE = Rule.of("B3", "dma_get_device_base");
  private static final Rule LIMIT = Rule.of("B3", "dma_assign_coherent_memory");
  private static final Rule BEFORE_IOMMU = Rule.of("B2", "dma_alloc_from_dev_coherent");
  private static final Rule RESTRICTED = Rule.of("E7", "swiotlb_map");

  @Override
  public List<Finding> check(PlatformSpec board, KernelProfile kernel) {
    List<Finding> findings = new ArrayList<>();
    for (DeviceSpec device : board.devices()) {
      DeviceReach reach = new DeviceReach(board, device);
      first(board, device, PoolSpec.Kind.COHERENT)
          .ifPresent(pool -> coherent(device, pool, reach, findings));
      first(board, device, PoolSpec.Kind.RESTRICTED)
          .ifPresent(pool -> restricted(device, pool, reach, findings));
    }
    return findings;
  }

  private static Optional<PoolSpec> first(
      PlatformSpec board, DeviceSpec device, PoolSpec.Kind kind) {
    return device.pools().stream()
        .flatMap(id -> board.pool(id).stream())
        .filter(p -> p.kind() == kind)
        .findFirst();
  }

  private static void coherent(
      DeviceSpec device, PoolSpec pool, DeviceReach reach, List<Finding> findings) {
    String what = "pool " + pool.name() + " at " + Board.hex(pool.range().base());
    if (reach.isOutsideWindows(pool.range().base())) {
      findings.add(
          Board.finding(
              Severity.ERROR,
              BASE,
              device.id(),
              what
                  + " lies outside every bus window of "
                  + device.name()
                  + ": the handles of its allocations are garbage"));
    } else if (!reach.reaches(pool.range(), reach.coherentLimit())) {
      findings.add(
          Board.finding(
              Severity.WARNING,
              LIMIT,
              device.id(),
              what
                  + " ends beyond the coherent limit "
                  + Board.hex(reach.coherentLimit())
                  + " of "
                  + device.name()
                  + ", and nothing checks its allocations against it"));
    }
    if (reach.isTranslated()) {
      findings.add(
          Board.finding(
              Severity.WARNING,
              BEFORE_IOMMU,
              device.id(),
              what
                  + " is asked before the IOMMU of "
                  + device.name()
                  + " and gives bus addresses, which the IOMMU does not map: its own access"
                  + " faults"));
    }
  }

  private static void restricted(
      DeviceSpec device, PoolSpec pool, DeviceReach reach, List<Finding> findings) {
    String what = "restricted pool " + pool.name();
    if (reach.isTranslated()) {
      findings.add(
          Board.finding(
              Severity.NOTE,
              RESTRICTED,
              device.id(),
              what + " is ignored: " + device.name() + " stands behind an IOMMU"));
    } else if (!reach.reaches(pool.range(), reach.streamingLimit())) {
      findings.add(
          Board.finding(
              Severity.ERROR,
              RESTRICTED,
              device.id(),
              what
                  + " is out of reach of "
                  + device.name()
                  + ", whose every mapping goes through it: all of them fail"));
    }
  }
}

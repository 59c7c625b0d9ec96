package org.bufferyard.check.board;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.platform.check.BoardRule;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.check.Finding.Severity;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.osgi.service.component.annotations.Component;

/**
 * A device that takes only contiguous imports has to say that it takes long segments: with the
 * default of 64 KiB its lists never merge into one (G1, I19). Stateless; safe for any thread.
 */
@Component
public final class SegmentRule implements BoardRule {
  private static final Rule CONTIGUOUS = Rule.of("G1", "vb2_dc_map_dmabuf");

  @Override
  public List<Finding> check(PlatformSpec board, KernelProfile kernel) {
    List<Finding> findings = new ArrayList<>();
    for (DeviceSpec device : board.devices()) {
      boolean asks = device.requiresContiguous().orElse(false);
      if (asks && device.limits().maxSegmentSize().isEmpty()) {
        findings.add(
            Board.finding(
                Severity.WARNING,
                CONTIGUOUS,
                device.id(),
                device.name()
                    + " takes only contiguous imports, and the board leaves its longest segment"
                    + " at 64 KiB: imports of more are refused unless its driver sets one"));
      }
    }
    return findings;
  }
}

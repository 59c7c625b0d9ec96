package org.bufferyard.check;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.check.CheckRule;
import org.bufferyard.platform.check.CheckSession;
import org.bufferyard.platform.check.CheckSite;
import org.bufferyard.platform.check.Finding;
import org.bufferyard.platform.spec.PlatformSpec;

/** One stream and the rules that watch it. Used by one thread at a time. */
final class StreamSession implements CheckSession {
  private final List<CheckRule.Watch> watches = new ArrayList<>();
  private List<Finding> found = new ArrayList<>();
  private long position;
  private boolean over;

  StreamSession(PlatformSpec board, KernelProfile kernel, boolean joined, List<CheckRule> rules) {
    CheckSite site =
        new CheckSite() {
          @Override
          public PlatformSpec board() {
            return board;
          }

          @Override
          public KernelProfile kernel() {
            return kernel;
          }

          @Override
          public boolean joined() {
            return joined;
          }

          @Override
          public void report(Finding finding) {
            found.add(finding);
          }
        };
    rules.forEach(rule -> watches.add(rule.open(site)));
  }

  @Override
  public List<Finding> read(List<DmaEvent> events) {
    if (over) {
      throw new IllegalStateException("the stream is over, or nobody watches it any more");
    }
    for (DmaEvent event : events) {
      Finding.Clue clue = new Finding.Clue(position++, event);
      for (CheckRule.Watch watch : watches) {
        watch.see(clue);
      }
    }
    return taken();
  }

  @Override
  public void clearWarnOnce() {
    watches.forEach(CheckRule.Watch::clearWarnOnce);
  }

  @Override
  public List<Finding> end() {
    watches.forEach(CheckRule.Watch::end);
    List<Finding> last = taken();
    close();
    return last;
  }

  @Override
  public void close() {
    over = true;
    watches.clear();
    found = new ArrayList<>();
  }

  private List<Finding> taken() {
    List<Finding> taken = List.copyOf(found);
    found = new ArrayList<>();
    return taken;
  }
}

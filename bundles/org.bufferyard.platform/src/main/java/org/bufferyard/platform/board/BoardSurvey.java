package org.bufferyard.platform.board;

import java.util.List;
import java.util.Objects;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.platform.spec.PlatformSpec;

/**
 * What a board file says of itself. Immutable.
 *
 * @param spec compiled; without memory, and so without what the kernel places in it, where the file
 *     leaves that to firmware; devices without the regions that their drivers are known to leave alone
 * @param remarks what is odd about it and does not keep it from being used, in file order
 */
public record BoardSurvey(PlatformSpec spec, List<Remark> remarks) {
  /**
   * One oddity.
   *
   * @param rule under which it matters
   * @param element id of the nearest element that has one; empty for the board as a whole
   * @param text one line, naming the place
   */
  public record Remark(Rule rule, String element, String text) {
    public Remark {
      Objects.requireNonNull(rule, "rule");
      Objects.requireNonNull(element, "element");
      Objects.requireNonNull(text, "text");
    }
  }

  public BoardSurvey {
    Objects.requireNonNull(spec, "spec");
    remarks = List.copyOf(remarks);
  }
}

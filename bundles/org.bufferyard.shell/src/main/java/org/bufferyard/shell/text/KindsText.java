package org.bufferyard.shell.text;

import java.util.List;
import org.bufferyard.platform.registry.KindStatus;

/** What became of every plug-in. */
public final class KindsText {
  private KindsText() {}

  public static String of(List<KindStatus> status) {
    Columns table = new Columns("  ");
    table.row("kind", "model", "state", "ranking", "provider", "why");
    for (KindStatus s : status) {
      table.row(s.kind(), s.model(), s.state(), s.ranking(), s.provider(), s.reason());
    }
    return status.isEmpty() ? "no plug-in was seen\n" : table.text();
  }
}

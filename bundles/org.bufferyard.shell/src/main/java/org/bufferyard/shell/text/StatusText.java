package org.bufferyard.shell.text;

import java.util.List;
import org.bufferyard.platform.live.YardStatus;
import org.bufferyard.shell.running.StartedYard;

/** The running yard at one moment. */
public final class StatusText {
  private StatusText() {}

  public static String of(StartedYard started, List<YardStatus> yards) {
    StringBuilder text = new StringBuilder("running, process " + started.pid() + "\n");
    Columns places = new Columns("  ");
    places.row("page", started.page());
    places.row("plug-ins", started.plugins());
    started.state().ifPresent(folder -> places.row("state", folder));
    text.append(places.text());
    yards.forEach(yard -> text.append('\n').append(YardText.of(yard)));
    return text.toString();
  }
}

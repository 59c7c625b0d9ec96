package org.bufferyard.shell.text;

import org.bufferyard.shell.running.StartedYard;

/** What a yard says of itself once it runs. */
public final class StartText {
  private StartText() {}

  public static String of(StartedYard yard) {
    Columns lines = new Columns("  ");
    lines.row("page", yard.page());
    yard.pipelines()
        .forEach(
            (name, pipelines) ->
                lines.row(
                    "yard",
                    name
                        + ": "
                        + (pipelines.isEmpty() ? "no pipelines yet" : String.join(", ", pipelines))));
    lines.row("plug-ins", yard.plugins());
    yard.state().ifPresent(folder -> lines.row("state", folder));
    lines.row("stop", "launch/bufferyard stop, or SIGTERM");
    return "yard started, process " + yard.pid() + "\n" + lines.text();
  }
}

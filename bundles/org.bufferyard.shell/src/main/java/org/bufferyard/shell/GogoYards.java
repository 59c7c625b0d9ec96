package org.bufferyard.shell;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.live.LiveYard;
import org.bufferyard.platform.live.LiveYards;
import org.bufferyard.platform.live.TimelineEntry;
import org.bufferyard.shell.text.YardText;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Running yards in the interactive shell: {@code yard:status}, {@code yard:top} and so on. */
@Component(
    service = GogoYards.class,
    property = {
      "osgi.command.scope=yard",
      "osgi.command.function=status",
      "osgi.command.function=top",
      "osgi.command.function=timeline",
      "osgi.command.function=close"
    })
public final class GogoYards {
  private static final Duration REFRESH = Duration.ofMillis(500);
  private static final int NEWEST = 20;

  /** Cursor home, and everything below it erased: the screen is written over in place. */
  private static final String HOME = "\u001b[H\u001b[J";

  private final LiveYards yards;

  @Activate
  public GogoYards(@Reference LiveYards yards) {
    this.yards = yards;
  }

  @Descriptor("all running yards: pipelines, devices, what is taken")
  public String status() {
    return yards.all().stream()
        .map(yard -> YardText.of(yard.status()))
        .collect(Collectors.joining("\n"));
  }

  @Descriptor("status of one yard")
  public String status(String yard) {
    return YardText.of(find(yard).status());
  }

  @Descriptor("the status, refreshed in place until a key is pressed")
  public void top(CommandSession session) throws IOException, InterruptedException {
    PrintStream console = session.getConsole();
    KeyPress key = KeyPress.next(session.getKeyboard());
    do {
      console.print(HOME);
      console.println(status());
      console.println("press return to leave");
      console.flush();
    } while (!key.within(REFRESH));
  }

  @Descriptor("what happened last in a yard")
  public List<String> timeline(String yard) {
    List<TimelineEntry> all = find(yard).timeline(0);
    return all.subList(Math.max(0, all.size() - NEWEST), all.size()).stream()
        .map(
            e ->
                "%9.3f s  %-10s %s%s"
                    .formatted(
                        e.nanos() / 1e9,
                        e.kind(),
                        e.element().isEmpty() ? "" : e.element() + ": ",
                        e.text()))
        .toList();
  }

  @Descriptor("drains a yard, frees what it holds and ends it")
  public void close(String yard) {
    find(yard).close();
  }

  private LiveYard find(String name) {
    return yards
        .find(name)
        .orElseThrow(
            () ->
                new BadInputException(
                    "there is no running yard '" + name + "'",
                    "",
                    "there are " + yards.all().stream().map(y -> y.spec().name()).toList()));
  }
}

package org.bufferyard.shell.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.List;
import org.bufferyard.platform.live.LiveYard;
import org.bufferyard.platform.live.YardStatus;
import org.bufferyard.shell.json.StartJson;
import org.bufferyard.shell.json.YardStatusJson;
import org.bufferyard.shell.running.Arrivals;
import org.bufferyard.shell.running.RunningYard;
import org.bufferyard.shell.running.StartedYard;
import org.bufferyard.shell.text.StatusText;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code status}: where the running yard is, and what its pipelines do at this moment. */
@Component
@CommandName("status")
public final class StatusCommand implements ShellCommand {
  private final RunningYard running;
  private final Arrivals arrivals;

  @Activate
  public StatusCommand(@Reference RunningYard running, @Reference Arrivals arrivals) {
    this.running = running;
    this.arrivals = arrivals;
  }

  @Override
  public Call newCall() {
    return new Arguments();
  }

  @Command(name = "status", description = "Say what the running yard is doing.")
  private final class Arguments implements Call {
    @Mixin private final CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
      return common;
    }

    @Override
    public Answer answer(Path directory) {
      StartedYard started = running.require("status");
      List<YardStatus> yards =
          arrivals.yards().map(live -> live.all().stream().map(LiveYard::status).toList()).orElse(List.of());
      JsonObject json = StartJson.of(started);
      JsonArray status = new JsonArray();
      yards.forEach(yard -> status.add(YardStatusJson.of(yard)));
      json.add("status", status);
      return new Answer(StatusText.of(started, yards), json, 0);
    }
  }
}

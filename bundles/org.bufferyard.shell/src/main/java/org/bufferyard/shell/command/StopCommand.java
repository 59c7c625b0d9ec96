package org.bufferyard.shell.command;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import org.bufferyard.shell.running.RunningYard;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code stop}: ends the running yard. */
@Component
@CommandName("stop")
public final class StopCommand implements ShellCommand {
  private final RunningYard running;

  @Activate
  public StopCommand(@Reference RunningYard running) {
    this.running = running;
  }

  @Override
  public Call newCall() {
    return new Arguments();
  }

  @Command(name = "stop", description = "Stop the running yard.")
  private final class Arguments implements Call {
    @Mixin private final CommonOptions common = new CommonOptions();

    @Override
    public CommonOptions common() {
      return common;
    }

    @Override
    public Answer answer(Path directory) {
      running.require("stop");
      long pid = ProcessHandle.current().pid();
      JsonObject json = new JsonObject();
      json.addProperty("pid", pid);
      return new Answer("the yard of process " + pid + " is stopping\n", json, 0);
    }

    @Override
    public void stay() {
      running.leave();
    }
  }
}

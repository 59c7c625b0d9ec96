package org.bufferyard.shell.command;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.bufferyard.platform.feature.FeatureException;
import org.bufferyard.platform.feature.PluginRuntime;
import org.bufferyard.platform.input.BadInputException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code start}: a yard that stays, with the interactive shell and a plug-in folder. */
@Component
@CommandName("start")
public final class StartCommand implements ShellCommand {
  private final PluginRuntime plugins;

  /** Opens when this component goes, which in a running yard means that the framework stops. */
  private final CountDownLatch leaving = new CountDownLatch(1);

  @Activate
  public StartCommand(@Reference PluginRuntime plugins) {
    this.plugins = plugins;
  }

  @Deactivate
  void leave() {
    leaving.countDown();
  }

  @Override
  public Call newCall() {
    return new Arguments();
  }

  @Command(
      name = "start",
      description = "Start a yard that stays: interactive shell and plug-in folder.")
  private final class Arguments implements Call {
    @Mixin private final CommonOptions common = new CommonOptions();

    @Option(
        names = "--plugins",
        paramLabel = "DIR",
        description =
            "Folder whose plug-ins come and go with the jars in it (default: ${DEFAULT-VALUE}).")
    private Path folder = Path.of("plugins");

    @Override
    public CommonOptions common() {
      return common;
    }

    @Override
    public Answer answer(Path directory) {
      Path watched = directory.resolve(folder).normalize();
      try {
        plugins.watch(watched);
      } catch (FeatureException e) {
        throw new BadInputException(e.getMessage(), "start", "");
      }
      JsonObject json = new JsonObject();
      json.addProperty("plugins", watched.toString());
      return new Answer("yard started; plug-in folder " + watched + System.lineSeparator(), json, 0);
    }

    @Override
    public void stay() throws InterruptedException {
      leaving.await();
    }
  }
}

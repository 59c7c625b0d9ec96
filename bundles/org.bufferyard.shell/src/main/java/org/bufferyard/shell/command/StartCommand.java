package org.bufferyard.shell.command;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.bufferyard.platform.feature.FeatureException;
import org.bufferyard.platform.feature.FeatureRuntime;
import org.bufferyard.platform.feature.PluginRuntime;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.web.PageOptions;
import org.bufferyard.platform.web.PageServer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code start}: a yard that stays, with the interactive shell, a plug-in folder and the page. */
@Component
@CommandName("start")
public final class StartCommand implements ShellCommand {
  private final PluginRuntime plugins;
  private final FeatureRuntime features;

  /** Comes with the feature that this command installs. */
  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
  private volatile PageServer page;

  /** Opens when this component goes, which in a running yard means that the framework stops. */
  private final CountDownLatch leaving = new CountDownLatch(1);

  @Activate
  public StartCommand(@Reference PluginRuntime plugins, @Reference FeatureRuntime features) {
    this.plugins = plugins;
    this.features = features;
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
      description = "Start a yard that stays: interactive shell, plug-in folder, editor page.")
  private final class Arguments implements Call {
    @Mixin private final CommonOptions common = new CommonOptions();

    @Option(
        names = "--plugins",
        paramLabel = "DIR",
        description =
            "Folder whose plug-ins come and go with the jars in it (default: ${DEFAULT-VALUE}).")
    private Path folder = Path.of("plugins");

    @Mixin private final PageArguments page = new PageArguments();

    @Override
    public CommonOptions common() {
      return common;
    }

    @Override
    public Answer answer(Path directory) {
      Path watched = directory.resolve(folder).normalize();
      String address;
      try {
        features.ensure("web");
        address = open(page.options(directory));
        plugins.watch(watched);
      } catch (FeatureException e) {
        throw new BadInputException(e.getMessage(), "start", "");
      }
      JsonObject json = new JsonObject();
      json.addProperty("plugins", watched.toString());
      json.addProperty("page", address);
      String line = System.lineSeparator();
      return new Answer(
          "yard started; plug-in folder " + watched + line + "page: " + address + line, json, 0);
    }

    private String open(PageOptions options) {
      PageServer server = StartCommand.this.page;
      if (server == null) {
        throw new FeatureException("the feature web brought no page");
      }
      return server.open(options);
    }

    @Override
    public void stay() throws InterruptedException {
      leaving.await();
    }
  }
}

package org.bufferyard.shell.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.List;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.shell.template.DeviceProject;
import org.osgi.service.component.annotations.Component;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code new}: a project to start from. */
@Component
@CommandName("new")
public final class NewCommand implements ShellCommand {
  /** System property, set by launch/bufferyard: the folder that holds {@code launch/}. */
  private static final String HOME = "bufferyard.home";

  @Override
  public Call newCall() {
    return new Arguments();
  }

  /** What there is a template for. */
  private enum What {
    device
  }

  @Command(
      name = "new",
      description = "Write a project for a plug-in of your own; it builds by itself, offline.")
  private static final class Arguments implements Call {
    @Mixin private final CommonOptions common = new CommonOptions();

    @Parameters(index = "0", paramLabel = "device", description = "What it is for.")
    private What what;

    @Parameters(
        index = "1",
        paramLabel = "NAME",
        description = "Lower-case letters and digits, hyphens between words: thermal-camera.")
    private String name;

    @Option(
        names = "--into",
        paramLabel = "DIR",
        description = "Folder to make the project's folder in (default: this one).")
    private Path into = Path.of("");

    @Option(
        names = "--package",
        paramLabel = "PACKAGE",
        description = "Package above the device's own (default: ${DEFAULT-VALUE}).")
    private String group = "org.example";

    @Override
    public CommonOptions common() {
      return common;
    }

    @Override
    public Answer answer(Path directory) {
      String home = System.getProperty(HOME);
      if (home == null) {
        throw new BadInputException(
            "the launcher's folder is not known", "new " + what, "call launch/bufferyard");
      }
      DeviceProject project = new DeviceProject(name, group, Path.of(home));
      Path folder = directory.resolve(into).resolve(name).normalize();
      List<Path> files = project.write(folder);
      JsonObject json = new JsonObject();
      json.addProperty("folder", folder.toString());
      json.addProperty("model", project.model());
      JsonArray written = new JsonArray();
      files.forEach(file -> written.add(file.toString()));
      json.add("files", written);
      String shown = directory.equals(folder.getParent()) ? name : folder.toString();
      return new Answer(
          folder
              + ": a device that boards ask for as "
              + project.model()
              + "\n  cd "
              + shown
              + "\n  mvn package\nREADME.md there says what is what; docs/write-a-device.md has the way"
              + " from here\n",
          json,
          0);
    }
  }
}

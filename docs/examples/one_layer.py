# Sharpens the top layer of photo.jpg and saves what is to be seen as photo-sharp.png.
from gi.repository import Gimp, Gio

image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path("photo.jpg"))
procedure = Gimp.get_pdb().lookup_procedure("plug-in-remote-sharpen")
config = procedure.create_config()
config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
config.set_property("image", image)
config.set_core_object_array("drawables", image.get_layers()[:1])
config.set_property("service", "this-computer")
config.set_property("model", "Lens Blur V2")
config.set_property("strength", 0.8)
result = procedure.run(config)
if result.index(0) != Gimp.PDBStatusType.SUCCESS:
    raise RuntimeError(Gimp.get_pdb().get_last_error())
Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, Gio.File.new_for_path("photo-sharp.png"), None)
image.delete()
